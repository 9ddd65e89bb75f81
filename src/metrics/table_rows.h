// Rows of tables by their case; private to src/metrics.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "io/delimited.h"

namespace brainmvp::metrics {

[[noreturn]] void refuse_row(const std::filesystem::path& path, std::size_t line, const std::string& reason); // Error(kBadInput)

// The rows of several tables of one head, and how messages name them: by the file, or by all.
struct PooledTable {
  io::DelimitedTable table;
  std::filesystem::path name;
};
// Throws Error(kBadInput) for tables with other columns than the first's.
PooledTable read_pooled(const std::vector<std::filesystem::path>& files);

// The row of each name in the column `case`. Throws Error(kBadInput) for one that stands there twice.
std::map<std::string, std::size_t> rows_by_case(const io::DelimitedTable& table, const std::filesystem::path& path);

// Throws Error(kBadInput) for a case that the table or the reference lacks. `what`: what the reference has, "class".
void check_sides(const std::map<std::string, std::size_t>& rows, const std::set<std::string>& reference, const std::string& what,
                 const std::filesystem::path& path);

} // namespace brainmvp::metrics
