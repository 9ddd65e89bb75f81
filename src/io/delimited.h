// Tables in text files, separated by tabs, by commas (names that end in .csv), or by what the first line has most of: tabs,
// commas or semicolons.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace brainmvp::io {

struct DelimitedTable {
  std::vector<std::string> head;
  std::vector<std::vector<std::string>> rows; // each as long as the head
  std::vector<std::size_t> lines;             // line number of each row's first line
};

// Cells that begin with a quote end with the next single quote (RFC 4180: "a ""b"", c"); a byte order mark and empty lines are
// passed over, CR LF ends lines too. Throws Error(kBadInput): no file, no head, a row of another length, an open quote.
DelimitedTable read_delimited(const std::filesystem::path& path);

// Throws Error(kBadInput) for a column that is not there, with those that are, and for one that stands there twice.
std::size_t column_of(const DelimitedTable& table, const std::string& name, const std::filesystem::path& path);

} // namespace brainmvp::io
