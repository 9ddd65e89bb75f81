// Classes of studies from the columns of tables (TSV or CSV), as data sets come with them.
//
//   const ClassSource source = parse_class_source("participants.tsv:diagnosis");
//   const ClassJoin join = join_classes(source, {{.id = "sub-01_ses-1", .patient = "sub-01"}});
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "study/findings.h"

namespace brainmvp::study {

struct ClassSource {
  std::vector<std::filesystem::path> files = {};
  std::vector<std::string> columns = {};                        // the first that a table has holds the values
  std::vector<std::string> keys = {};                           // columns that may name the study; none: the usual names
  std::vector<std::pair<std::string, std::string>> values = {}; // value -> class; none: the values are the classes
};

// FILE:COLUMN[:KEYCOLUMN]. Throws Error(kUsage) when it is not of this form, and Error(kBadInput) when there is no such file.
ClassSource parse_class_source(const std::string& text);

struct StudyKey {
  std::string id;
  std::string patient;
};

struct ClassJoin {
  std::vector<std::optional<std::string>> classes = {};          // one a study
  std::vector<std::size_t> lines = {};                           // one a study: that of its class in the table, or 0
  std::vector<std::string> without_row = {};                     // ids of studies that no row names
  std::vector<std::string> without_study = {};                   // keys of rows that name no study
  std::map<std::string, std::vector<std::string>> no_class = {}; // value that is no class ("-999", "") -> ids of studies
  std::vector<std::string> spellings = {};                       // classes that stand in several spellings, made one
  std::vector<std::string> contradicted = {};                    // ids of studies whose rows disagree; they get no class
  std::vector<std::pair<std::filesystem::path, std::string>> passed_over = {}; // tables without such columns, and why
};

// Rows are found by the study's id, its patient, or the image id at the end of its id (_I543543), first as they stand and then
// without regard to leading zeros, "sub-" and the I of an image id. Of several key columns that which names most studies counts.
// Columns match without regard to case and blanks. Empty, -, ?, -999, N/A, NaN, pending, Not Available and the like are no
// class; names that differ in case and blanks only are one. Throws Error(kBadInput) for a single file that cannot be read or
// lacks the columns; of several such are passed over.
ClassJoin join_classes(const ClassSource& source, std::span<const StudyKey> studies);

// What the user should know of a join, with counts and examples. `what`: the word for a value.
void report_join(const ClassJoin& join, Findings& findings, const std::string& what = "class");

} // namespace brainmvp::study
