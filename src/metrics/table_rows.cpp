#include "metrics/table_rows.h"

#include "base/error.h"
#include "base/text.h"

namespace brainmvp::metrics {
namespace fs = std::filesystem;

void refuse_row(const fs::path& path, std::size_t line, const std::string& reason) {
  throw Error(ExitCode::kBadInput, path.string() + ": line " + std::to_string(line) + ": " + reason);
}

PooledTable read_pooled(const std::vector<fs::path>& files) {
  PooledTable pooled{.table = io::read_delimited(files.front()), .name = files.front()};
  for (std::size_t i = 1; i < files.size(); ++i) {
    const io::DelimitedTable next = io::read_delimited(files[i]);
    if (next.head != pooled.table.head) {
      throw Error(ExitCode::kBadInput, files[i].string() + ": has the columns " + join(next.head, ", ") + ", and " +
                                           files.front().string() + " has " + join(pooled.table.head, ", ") +
                                           "; pool tables of equal columns");
    }
    pooled.table.rows.insert(pooled.table.rows.end(), next.rows.begin(), next.rows.end());
    pooled.table.lines.insert(pooled.table.lines.end(), next.lines.begin(), next.lines.end());
    pooled.name += ", " + files[i].string();
  }
  return pooled;
}

std::map<std::string, std::size_t> rows_by_case(const io::DelimitedTable& table, const fs::path& path) {
  const std::size_t column = io::column_of(table, "case", path);
  std::map<std::string, std::size_t> rows;
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    if (!rows.emplace(table.rows[row][column], row).second) {
      refuse_row(path, table.lines[row], "the case '" + table.rows[row][column] + "' stands there twice");
    }
  }
  return rows;
}

void check_sides(const std::map<std::string, std::size_t>& rows, const std::set<std::string>& reference, const std::string& what,
                 const fs::path& path) {
  for (const std::string& name : reference) {
    if (!rows.contains(name)) {
      throw Error(ExitCode::kBadInput, path.string() + ": has no row for the case '" + name +
                                           "' of the reference; predict it, or choose cases with --split");
    }
  }
  for (const auto& [name, row] : rows) {
    if (!reference.contains(name)) {
      throw Error(ExitCode::kBadInput,
                  path.string() + ": the reference has no " + what + " for the case '" + name + "'; take it out");
    }
  }
}

} // namespace brainmvp::metrics
