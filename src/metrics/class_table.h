// Predicted class probabilities and reference classes in files.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "metrics/classification.h"
#include "study/studies_file.h"

namespace brainmvp::metrics {

// Cases of one set of predictions with their names; class c of `cases` is names_of_classes[c].
struct ClassTable {
  std::vector<std::string> classes;
  std::vector<std::string> case_names;
  ClassificationCases cases;
};

// Reference classes by case.
struct ReferenceClasses {
  std::vector<std::string> classes; // order of the studies file; empty when it declares none
  std::vector<std::pair<std::string, std::string>> of_cases;
  std::vector<std::string> unknown{}; // cases whose cell says that nothing is known
};

// The `class` of each study of `splits` (all when empty) of a studies file (.json), or the columns `case` and `class` of a
// .tsv or .csv file. Throws Error(kBadInput) for a missing column and a case that stands there twice, Error(kNothingFound)
// for no class at all. Cells that are empty, n/a or the like, unless a column of `predicted` has that class, are warned of.
ReferenceClasses read_reference_classes(const std::filesystem::path& path, std::span<const study::Split> splits,
                                        const std::filesystem::path& predicted);

// A .tsv or .csv file with the columns `case` and prob_<class> for each class. The order of classes is the reference's, else
// that of the columns. Throws Error(kBadInput), with the line, for a column, case or class that one side lacks, a case that
// stands there twice, and probabilities outside [0, 1] or of a sum off 1 by more than 0.001. Cases without a known class are
// left out.
ClassTable read_class_table(const std::vector<std::filesystem::path>& files,
                            const ReferenceClasses& reference); // the rows of all

} // namespace brainmvp::metrics
