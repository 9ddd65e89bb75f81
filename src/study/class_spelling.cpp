#include "study/class_spelling.h"

#include <algorithm>
#include <map>

#include "base/text.h"
#include "study/class_key.h"

namespace brainmvp::study {
namespace {

// Lower case, with one "_" for each run of blanks, "_" and "-".
std::string spelling_key(const std::string& name) {
  std::string key;
  for (const char c : trimmed_lower(name)) {
    const bool gap = c == ' ' || c == '_' || c == '-';
    if (!gap || !key.ends_with('_')) {
      key += gap ? '_' : c;
    }
  }
  return key;
}

} // namespace

std::vector<std::string> unify_spellings(const std::vector<std::string*>& names) {
  std::map<std::string, std::map<std::string, std::size_t>> spellings; // key -> spelling -> how often
  for (const std::string* name : names) {
    if (!is_missing_value(*name)) {
      ++spellings[spelling_key(*name)][*name];
    }
  }
  std::vector<std::string> texts;
  std::map<std::string, std::string> chosen;
  for (const auto& [key, counts] : spellings) {
    const auto most = std::ranges::max_element(counts, {}, [](const auto& one) { return one.second; });
    chosen[key] = most->first;
    std::vector<std::string> parts;
    for (const auto& [spelling, count] : counts) {
      parts.push_back(spelling + " (" + std::to_string(count) + ")");
    }
    if (counts.size() > 1) {
      texts.push_back(join(parts, ", ") + " are one class: " + most->first);
    }
  }
  for (std::string* name : names) {
    if (!is_missing_value(*name)) {
      *name = chosen.at(spelling_key(*name));
    }
  }
  return texts;
}

} // namespace brainmvp::study
