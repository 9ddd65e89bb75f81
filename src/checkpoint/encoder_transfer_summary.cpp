#include <set>

#include "base/text.h"
#include "checkpoint/encoder_transfer.h"
#include "checkpoint/name_groups.h"

namespace brainmvp::checkpoint {
namespace {

std::string grouped(const std::string& title, const std::vector<std::string>& names, const std::set<std::string>& others) {
  return names.empty() ? "" : "\n" + title + " (" + std::to_string(names.size()) + "): " + grouped_names(names, others);
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
