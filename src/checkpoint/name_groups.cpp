#include "checkpoint/name_groups.h"

#include <map>

#include "base/text.h"

namespace brainmvp::checkpoint {
namespace {

bool any_starts_with(const std::set<std::string>& names, const std::string& prefix) {
  const auto first = names.lower_bound(prefix);
  return first != names.end() && first->starts_with(prefix);
}

// The shortest "a.b." in front of the name that none of the others has, or the name itself.
std::string group_of(const std::string& name, const std::set<std::string>& others) {
  for (std::size_t dot = name.find('.'); dot != std::string::npos; dot = name.find('.', dot + 1)) {
    const std::string prefix = name.substr(0, dot + 1);
    if (!any_starts_with(others, prefix)) {
      return prefix;
    }
  }
  return name;
}

} // namespace

std::string grouped_names(const std::vector<std::string>& names, const std::set<std::string>& others) {
  std::vector<std::string> order;
  std::map<std::string, std::vector<std::string>> groups;
  for (const std::string& name : names) {
    const std::string group = group_of(name, others);
    auto& members = groups[group];
    if (members.empty()) {
      order.push_back(group);
    }
    members.push_back(name);
  }
  for (std::string& group : order) {
    const auto& members = groups.at(group);
    group = members.size() == 1 ? members.front() : group + "* (" + std::to_string(members.size()) + ")";
  }
  return join(order, ", ");
}

std::set<std::string> spellings(const std::set<std::string>& names) {
  const std::string encoder = "encoder.";
  std::set<std::string> result = names;
  for (const std::string& name : names) {
    if (name.starts_with(encoder)) {
      result.insert(name.substr(encoder.size()));
      result.insert(encoder + "uniformer." + name.substr(encoder.size()));
    }
  }
  return result;
}

} // namespace brainmvp::checkpoint
