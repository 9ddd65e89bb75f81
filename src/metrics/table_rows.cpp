#include "metrics/table_rows.h"

#include "base/error.h"

namespace brainmvp::metrics {
namespace fs = std::filesystem;

void refuse_row(const fs::path& path, std::size_t line, const std::string& reason) {
  throw Error(ExitCode::kBadInput, path.string() + ": line " + std::to_string(line) + ": " + reason);
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
