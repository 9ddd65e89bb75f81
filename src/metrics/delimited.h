// Tables in text files: tab-separated, or comma-separated with a name that ends in .csv.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace brainmvp::metrics {

struct DelimitedTable {
  std::vector<std::string> head;
  std::vector<std::vector<std::string>> rows; // each as long as the head
  std::vector<std::size_t> lines;             // line number of each row
};

// Quotes are taken literally, empty lines are passed over, CR LF ends lines too. Throws Error(kBadInput): no file, no head, a
// row of another length.
DelimitedTable read_delimited(const std::filesystem::path& path);

// Throws Error(kBadInput) with the columns there are.
std::size_t column_of(const DelimitedTable& table, const std::string& name, const std::filesystem::path& path);

} // namespace brainmvp::metrics
