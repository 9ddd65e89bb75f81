// What keeps patients and the user's machine out of a report.
#pragma once

#include <map>
#include <set>
#include <string>

namespace brainmvp::report {

// `text` with the folders cut off every path in it: "/home/anna/t.toml:dx" -> "t.toml:dx".
std::string without_folders(const std::string& text);

// What cases are called in a report: "case 1" to "case N" in the order of their names, or their names.
class CaseLabels {
public:
  CaseLabels(const std::set<std::string>& names, bool show_identifiers);

  // Throws Error(kInternal) for a name that was not given.
  [[nodiscard]] const std::string& of(const std::string& name) const;
  [[nodiscard]] std::size_t place(const std::string& name) const; // from 1

private:
  struct Entry {
    std::string label;
    std::size_t place = 0;
  };
  [[nodiscard]] const Entry& entry(const std::string& name) const;
  std::map<std::string, Entry> entries_;
};

} // namespace brainmvp::report
