// Tables for people and for programs.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace brainmvp::metrics {

using TextRows = std::vector<std::vector<std::string>>; // the first row is the head

inline constexpr std::size_t kTableWidth = 100; // columns of a terminal

// Columns lined up with blanks: the first `left_columns` to the left, the others to the right. Names in the left columns are
// shortened in their middle ("sub-0..ses-02") until a line fits kTableWidth. Ends with a newline.
std::string aligned_table(TextRows rows, std::size_t left_columns);

// Tab-separated values. Tabs and line breaks inside a cell become blanks.
std::string tsv(const TextRows& rows);

// Comma-separated values as RFC 4180 has them.
std::string csv(const TextRows& rows);

// Appends a set's rows with a last column `predictions` that names it; the head once.
void append_set(TextRows& all, const TextRows& rows, const std::string& source);

// The cases of an evaluation's predictions, and of those that they are compared with, as CSV. rows_of: gives the table of a set.
template <class Evaluation, class RowsOf>
std::string csv_of_sets(const Evaluation& evaluation, const RowsOf& rows_of) {
  TextRows all;
  append_set(all, rows_of(evaluation.predictions), evaluation.predictions.source);
  if (evaluation.compared) {
    append_set(all, rows_of(*evaluation.compared), evaluation.compared->source);
  }
  return csv(all);
}

// "PREDICTIONS against REFERENCE, 3 cases", on two lines where one would be too long.
std::string set_heading(const std::string& source, const std::string& reference, std::size_t cases);

// A p value with four decimals ("0.0312", "< 0.0001").
std::string p_text(double p);

// Fixed decimals ("0.719").
std::string fixed(double value, int decimals);

} // namespace brainmvp::metrics
