#include "report/privacy.h"

#include "base/error.h"

namespace brainmvp::report {

std::string without_folders(const std::string& text) {
  std::string kept;
  std::size_t word = 0; // where the word of `kept` that is being read begins
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char letter = text[i];
    if (letter == '/' && i + 1 < text.size()) {
      kept.resize(word);
      continue;
    }
    kept += letter;
    if (letter == ' ' || letter == ',' || letter == '=') {
      word = kept.size();
    }
  }
  return kept;
}

CaseLabels::CaseLabels(const std::set<std::string>& names, bool show_identifiers) {
  for (const std::string& name : names) {
    const std::size_t place = entries_.size() + 1;
    entries_[name] = {.label = show_identifiers ? name : "case " + std::to_string(place), .place = place};
  }
}

const CaseLabels::Entry& CaseLabels::entry(const std::string& name) const {
  const auto found = entries_.find(name);
  if (found == entries_.end()) {
    throw Error(ExitCode::kInternal, "a case of the report has no label");
  }
  return found->second;
}

const std::string& CaseLabels::of(const std::string& name) const { return entry(name).label; }
std::size_t CaseLabels::place(const std::string& name) const { return entry(name).place; }

} // namespace brainmvp::report
