// Predicted numbers and their truth in files.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "metrics/regression.h"
#include "study/findings.h"
#include "study/studies_file.h"

namespace brainmvp::metrics {

// True numbers by case.
struct ReferenceNumbers {
  std::vector<std::string> targets;
  std::vector<std::pair<std::string, std::vector<double>>> of_cases; // one a target; none where any of them is not known
};

// Cases of one set of predictions with their names; cases[k] is of targets[k].
struct RegressionTable {
  std::vector<std::string> targets;
  std::vector<std::string> case_names;
  std::vector<RegressionCases> cases;
};

// Where the truth stands: a .tsv or .csv file with the columns `case` and the targets, or a studies file (.json), of whose
// studies in `splits` (all when empty) `targets_from` has the numbers (study/number_source.h).
struct TruthSource {
  std::filesystem::path path;
  std::string targets_from;
  std::vector<study::Split> splits;
};

// `predicted`: the table whose columns but `case` are the targets; those of the truth that it lacks are passed over, and its own
// that the truth lacks are named in `findings`, as cases without a number are. Throws Error(kBadInput) for a cell that holds
// something else, a case that stands there twice and no common target, Error(kUsage) for a studies file without `targets_from` or
// a table with it, Error(kNothingFound) for no case with a number.
ReferenceNumbers read_reference_numbers(const TruthSource& source, const std::filesystem::path& predicted,
                                        study::Findings& findings);

// Throws Error(kBadInput), with the line, for a missing column, a case that one side lacks or that stands there twice, and cells
// that are no finite numbers. Cases without a true number are left out.
RegressionTable read_regression_table(const std::vector<std::filesystem::path>& files,
                                      const ReferenceNumbers& reference); // the rows of all

} // namespace brainmvp::metrics
