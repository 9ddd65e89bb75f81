#include "metrics/regression_table.h"

#include <algorithm>
#include <set>

#include "base/counted.h"
#include "base/error.h"
#include "base/exact_number.h"
#include "base/text.h"
#include "io/delimited.h"
#include "metrics/table_rows.h"
#include "study/class_key.h"
#include "study/number_source.h"

namespace brainmvp::metrics {
namespace fs = std::filesystem;
namespace {

double number_at(const io::DelimitedTable& table, std::size_t row, const std::string& target, const fs::path& path) {
  const std::string& text = table.rows[row][io::column_of(table, target, path)];
  const std::optional<double> number = exact_number<double>(study::plain_value(text));
  if (!number) {
    refuse_row(path, table.lines[row], "column " + target + ": '" + text + "' is no finite number");
  }
  return *number;
}

ReferenceNumbers numbers_of_studies(const TruthSource& source, study::Findings& findings) {
  const study::StudiesFile file = study::read_studies_file(source.path);
  std::vector<study::StudyKey> keys;
  for (const study::Study& study : file.studies) {
    if (source.splits.empty() || std::ranges::count(source.splits, study.split) > 0) {
      keys.push_back({.id = study.id, .patient = study::patient_of(study)});
    }
  }
  study::NumberJoin join = study::join_numbers(study::parse_number_source(source.targets_from), keys, findings);
  ReferenceNumbers reference{.targets = std::move(join.names), .of_cases = {}};
  for (std::size_t i = 0; i < keys.size(); ++i) {
    reference.of_cases.emplace_back(keys[i].id, std::move(join.values[i]));
  }
  return reference;
}

ReferenceNumbers numbers_of_table(const fs::path& path, const std::vector<std::string>& predicted) {
  const io::DelimitedTable table = io::read_delimited(path);
  ReferenceNumbers reference;
  for (const std::string& target : predicted) {
    if (std::ranges::count(table.head, target) > 0) {
      reference.targets.push_back(target);
    }
  }
  for (const auto& [name, row] : rows_by_case(table, path)) {
    std::vector<double> values;
    for (const std::string& target : reference.targets) {
      const std::string cell = study::plain_value(table.rows[row][io::column_of(table, target, path)]);
      if (!study::is_missing_value(cell)) {
        values.push_back(number_at(table, row, target, path));
      }
    }
    reference.of_cases.emplace_back(name, values.size() == reference.targets.size() ? values : std::vector<double>{});
  }
  return reference;
}

} // namespace

ReferenceNumbers read_reference_numbers(const TruthSource& source, const fs::path& predicted, study::Findings& findings) {
  const bool studies = to_lower(source.path.extension().string()) == ".json";
  if (studies == source.targets_from.empty()) {
    throw Error(ExitCode::kUsage,
                source.path.string() + (studies ? ": a studies file holds no numbers; name their table too: --targets-from "
                                                  "FILE:COLUMN[,COLUMN...][:KEYCOLUMN]"
                                                : ": --targets-from goes with a studies file; a table of the columns case and "
                                                  "the targets needs none"));
  }
  std::vector<std::string> columns = io::read_delimited(predicted).head;
  std::erase(columns, "case");
  ReferenceNumbers reference = studies ? numbers_of_studies(source, findings) : numbers_of_table(source.path, columns);
  std::vector<std::string> common;
  for (const std::string& target : columns) {
    if (std::ranges::count(reference.targets, target) > 0) {
      common.push_back(target);
    } else {
      findings.warn("targets", "", "the column " + target + " of " + predicted.string() + " has no truth and is left out");
    }
  }
  if (common.empty() || common.size() < reference.targets.size()) {
    throw Error(ExitCode::kBadInput,
                predicted.string() + ": expected columns of predicted numbers that are called as those of the truth" +
                    (reference.targets.empty() ? " in " + source.path.string() : ": " + join(reference.targets, ", ")) +
                    "; found: " + join(columns, ", "));
  }
  std::vector<std::string> unknown;
  for (const auto& [name, values] : reference.of_cases) {
    if (values.empty()) {
      unknown.push_back(name);
    }
  }
  if (unknown.size() == reference.of_cases.size()) {
    throw Error(ExitCode::kNothingFound, source.path.string() + ": no case has a number of " + join(reference.targets, " and "));
  }
  if (!unknown.empty()) {
    findings.warn("cases", "",
                  counted(unknown.size(), "case has", "cases have") + " no true number of " + join(reference.targets, " and ") +
                      "; left out: " + join(unknown, ", "));
  }
  return reference;
}

RegressionTable read_regression_table(const std::vector<fs::path>& files, const ReferenceNumbers& reference) {
  const auto [table, path] = read_pooled(files);
  const std::map<std::string, std::size_t> rows = rows_by_case(table, path);
  std::set<std::string> needed;
  for (const auto& [name, values] : reference.of_cases) {
    if (!values.empty() || rows.contains(name)) {
      needed.insert(name);
    }
  }
  check_sides(rows, needed, "number", path);
  RegressionTable read{
      .targets = reference.targets, .case_names = {}, .cases = std::vector<RegressionCases>(reference.targets.size())};
  for (const auto& [name, values] : reference.of_cases) {
    if (values.empty()) {
      continue;
    }
    read.case_names.push_back(name);
    for (std::size_t k = 0; k < values.size(); ++k) {
      read.cases[k].truth.push_back(values[k]);
      read.cases[k].predicted.push_back(number_at(table, rows.at(name), read.targets[k], path));
    }
  }
  return read;
}

} // namespace brainmvp::metrics
