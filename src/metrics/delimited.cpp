#include "metrics/delimited.h"

#include <algorithm>
#include <fstream>

#include "base/error.h"
#include "base/text.h"

namespace brainmvp::metrics {

DelimitedTable read_delimited(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream || !std::filesystem::is_regular_file(path)) {
    throw Error(ExitCode::kBadInput, path.string() + ": cannot be read; a .tsv or .csv file is expected");
  }
  const std::string separator = to_lower(path.extension().string()) == ".csv" ? "," : "\t";
  DelimitedTable table;
  std::string line;
  for (std::size_t number = 1; std::getline(stream, line); ++number) {
    if (line.ends_with('\r')) {
      line.pop_back();
    }
    if (line.empty()) {
      continue;
    }
    std::vector<std::string> cells = split(line, separator);
    if (table.head.empty()) {
      table.head = std::move(cells);
      continue;
    }
    if (cells.size() != table.head.size()) {
      throw Error(ExitCode::kBadInput, path.string() + ": line " + std::to_string(number) + ": " + std::to_string(cells.size()) +
                                           " cells where the first line names " + std::to_string(table.head.size()) + " columns");
    }
    table.rows.push_back(std::move(cells));
    table.lines.push_back(number);
  }
  if (table.head.empty()) {
    throw Error(ExitCode::kBadInput, path.string() + ": is empty; a first line with the names of columns is expected");
  }
  return table;
}

std::size_t column_of(const DelimitedTable& table, const std::string& name, const std::filesystem::path& path) {
  const auto found = std::ranges::find(table.head, name);
  if (found == table.head.end()) {
    throw Error(ExitCode::kBadInput,
                path.string() + ": there is no column '" + name + "'; its columns are: " + join(table.head, ", "));
  }
  return static_cast<std::size_t>(found - table.head.begin());
}

} // namespace brainmvp::metrics
