#include <map>
#include <set>

#include "base/text.h"
#include "checkpoint/encoder_transfer.h"

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

// One line: "title (count): decoder.* (22), encoder.norm.bias", where "decoder.*" stands for all that begin so.
std::string grouped(const std::string& title, const std::vector<std::string>& names, const std::set<std::string>& others) {
  if (names.empty()) {
    return "";
  }
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
  return "\n" + title + " (" + std::to_string(names.size()) + "): " + join(order, ", ");
}

std::string detailed(const std::string& title, const std::vector<std::pair<std::string, std::string>>& names) {
  std::vector<std::string> texts;
  for (const auto& [name, detail] : names) {
    texts.push_back(name + " (" + detail + ")");
  }
  return texts.empty() ? "" : "\n" + title + " (" + std::to_string(texts.size()) + "): " + join(texts, ", ");
}

std::set<std::string> names_of(const std::vector<std::pair<std::string, std::string>>& entries) {
  std::set<std::string> names;
  for (const auto& [name, detail] : entries) {
    names.insert(name);
  }
  return names;
}

// As the files that transfer_encoder reads may spell them.
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

} // namespace

std::string EncoderTransfer::summary() const {
  std::set<std::string> found = names_of(adapted);
  found.merge(names_of(report.mismatched));
  std::set<std::string> not_loaded = found;
  not_loaded.insert(report.missing.begin(), report.missing.end());
  found.insert(report.loaded.begin(), report.loaded.end());
  const std::size_t wanted = report.loaded.size() + not_loaded.size();
  return std::to_string(report.loaded.size()) + " of the model's " + std::to_string(wanted) + " tensors were loaded" +
         grouped("loaded", report.loaded, not_loaded) + detailed("adapted", adapted) +
         grouped("not in the file, left as initialised", report.missing, found) +
         grouped("not used by the model", report.unused, spellings(found)) +
         detailed("do not fit, left as initialised", report.mismatched);
}

} // namespace brainmvp::checkpoint
