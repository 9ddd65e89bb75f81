// Numbers of studies from columns of a table, whose rows are found as those of classes are (class_source.h).
//
//   const std::vector<ClassSource> sources = parse_number_source("participants.tsv:age,volume");
#pragma once

#include <span>
#include <string>
#include <vector>

#include "study/class_source.h"
#include "study/findings.h"

namespace brainmvp::study {

// FILE:COLUMN[,COLUMN...][:KEYCOLUMN]: a source for each column. Throws Error(kUsage) when it is not of this form or a column is
// named twice, and Error(kBadInput) when there is no such file.
std::vector<ClassSource> parse_number_source(const std::string& text);

struct NumberJoin {
  std::vector<std::string> names;          // of the columns
  std::vector<std::vector<double>> values; // one a study: one a column; empty where any of them is not known
};

// What is missing is named in `findings`. Throws Error(kBadInput), with file, line and value, for a cell that holds something
// other than a finite number and is none of join_classes()' words for what is not known.
NumberJoin join_numbers(const std::vector<ClassSource>& sources, std::span<const StudyKey> studies, Findings& findings);

} // namespace brainmvp::study
