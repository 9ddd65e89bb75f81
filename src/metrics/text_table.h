// Tables for people and for programs.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace brainmvp::metrics {

using TextRows = std::vector<std::vector<std::string>>; // the first row is the head

// Columns lined up with blanks: the first `left_columns` to the left, the others to the right. Ends with a newline.
std::string aligned_table(const TextRows& rows, std::size_t left_columns);

// Tab-separated values. Tabs and line breaks inside a cell become blanks.
std::string tsv(const TextRows& rows);

// Fixed decimals ("0.719").
std::string fixed(double value, int decimals);

} // namespace brainmvp::metrics
