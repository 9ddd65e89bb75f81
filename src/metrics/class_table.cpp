#include "metrics/class_table.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <map>
#include <set>

#include "base/counted.h"
#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "io/delimited.h"
#include "metrics/table_rows.h"
#include "study/class_key.h"

namespace brainmvp::metrics {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kPrefix = "prob_";

double probability_of(const std::string& text, const fs::path& path, std::size_t line) {
  double value = NAN;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !(value >= 0 && value <= 1)) {
    refuse_row(path, line, "'" + text + "' is not a probability from 0 to 1");
  }
  return value;
}

// The classes that have a column, in the order of the columns.
std::vector<std::string> classes_of_columns(const io::DelimitedTable& table) {
  std::vector<std::string> classes;
  for (const std::string& column : table.head) {
    if (column.starts_with(kPrefix)) {
      classes.push_back(column.substr(kPrefix.size()));
    }
  }
  return classes;
}

// The classes in the order of the reference, checked against the columns.
std::vector<std::string> agreed_classes(const io::DelimitedTable& table, const ReferenceClasses& reference,
                                        const fs::path& path) {
  const std::vector<std::string> columns = classes_of_columns(table);
  std::set<std::string> wanted(reference.classes.begin(), reference.classes.end());
  for (const auto& [name, class_name] : reference.of_cases) {
    wanted.insert(class_name);
  }
  const std::set<std::string> found(columns.begin(), columns.end());
  const bool complete = std::ranges::includes(found, wanted) && (reference.classes.empty() || found.size() == wanted.size());
  if (columns.size() < 2 || found.size() != columns.size() || !complete) {
    throw Error(ExitCode::kBadInput, path.string() + ": expected one column prob_<class> for each of the classes " +
                                         join(std::vector<std::string>(wanted.begin(), wanted.end()), ", ") +
                                         "; found: " + join(table.head, ", "));
  }
  return reference.classes.empty() ? columns : reference.classes;
}

} // namespace

ReferenceClasses read_reference_classes(const fs::path& path, std::span<const study::Split> splits, const fs::path& predicted) {
  ReferenceClasses reference;
  if (to_lower(path.extension().string()) == ".json") {
    const study::StudiesFile file = study::read_studies_file(path);
    reference.classes = file.table.classes;
    for (const study::Study& study : file.studies) {
      if (study.class_name && (splits.empty() || std::ranges::count(splits, study.split) > 0)) {
        reference.of_cases.emplace_back(study.id, *study.class_name);
      }
    }
  } else {
    const io::DelimitedTable table = io::read_delimited(path);
    const std::size_t class_column = io::column_of(table, "class", path);
    const std::vector<std::string> classes = classes_of_columns(io::read_delimited(predicted));
    for (const auto& [name, row] : rows_by_case(table, path)) {
      const std::string& cell = table.rows[row][class_column];
      if (study::is_missing_value(study::plain_value(cell)) && std::ranges::count(classes, cell) == 0) {
        reference.unknown.push_back(name);
      } else {
        reference.of_cases.emplace_back(name, cell);
      }
    }
  }
  if (reference.of_cases.empty()) {
    throw Error(ExitCode::kNothingFound, path.string() + ": no case has a class");
  }
  if (!reference.unknown.empty()) {
    log::warning(path.string() + ": " + counted(reference.unknown.size(), "case has", "cases have") +
                 " no known class; left out: " + join(reference.unknown, ", "));
  }
  return reference;
}

ClassTable read_class_table(const std::vector<fs::path>& files, const ReferenceClasses& reference) {
  const auto [table, path] = read_pooled(files);
  ClassTable read{.classes = agreed_classes(table, reference, path), .case_names = {}, .cases = {}};
  read.cases.classes = read.classes.size();
  const std::map<std::string, std::size_t> rows = rows_by_case(table, path);
  std::set<std::string> names;
  for (const auto& [name, class_name] : reference.of_cases) {
    names.insert(name);
  }
  std::ranges::copy_if(reference.unknown, std::inserter(names, names.end()),
                       [&](const std::string& name) { return rows.contains(name); });
  check_sides(rows, names, "class", path);
  for (const auto& [name, class_name] : reference.of_cases) {
    const std::size_t row = rows.at(name);
    double sum = 0;
    for (const std::string& each : read.classes) {
      const std::size_t column = io::column_of(table, std::string(kPrefix) + each, path);
      read.cases.probabilities.push_back(probability_of(table.rows[row][column], path, table.lines[row]));
      sum += read.cases.probabilities.back();
    }
    if (std::abs(sum - 1) > 1e-3) {
      refuse_row(path, table.lines[row], "the probabilities of the case '" + name + "' sum to " + shortest(sum) + ", not to 1");
    }
    read.case_names.push_back(name);
    const auto found = std::ranges::find(read.classes, class_name);
    read.cases.labels.push_back(static_cast<std::size_t>(found - read.classes.begin()));
  }
  return read;
}

} // namespace brainmvp::metrics
