#include "io/delimited.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "io/text_file.h"

namespace brainmvp::io {
namespace {

[[noreturn]] void refuse(const std::filesystem::path& path, std::size_t line, const std::string& reason) {
  throw Error(ExitCode::kBadInput, path.string() + ": line " + std::to_string(line) + ": " + reason);
}

// Takes a text apart row by row.
class Parser {
public:
  Parser(std::string_view text, char separator, const std::filesystem::path& path)
      : rest_(text), separator_(separator), path_(path) {}

  [[nodiscard]] bool done() const { return rest_.empty(); }
  [[nodiscard]] std::size_t line() const { return line_; }

  std::vector<std::string> row() {
    std::vector<std::string> cells;
    for (bool more = true; more;) {
      cells.push_back(rest_.starts_with('"') ? quoted() : "");
      const std::size_t end = std::min(rest_.find_first_of(std::string{separator_, '\n'}), rest_.size());
      cells.back() += rest_.substr(0, end);
      more = end < rest_.size() && rest_[end] == separator_;
      rest_.remove_prefix(std::min(end + 1, rest_.size()));
    }
    ++line_;
    if (cells.back().ends_with('\r')) {
      cells.back().pop_back();
    }
    return cells;
  }

private:
  std::string quoted() {
    const std::size_t first_line = line_;
    std::string cell;
    for (rest_.remove_prefix(1);; rest_.remove_prefix(1)) { // one quote of each pair
      const std::size_t end = rest_.find('"');
      if (end == std::string_view::npos) {
        refuse(path_, first_line, "a quote is opened and never closed");
      }
      cell += rest_.substr(0, end);
      line_ += static_cast<std::size_t>(std::ranges::count(rest_.substr(0, end), '\n'));
      rest_.remove_prefix(end + 1);
      if (!rest_.starts_with('"')) {
        return cell;
      }
      cell += '"';
    }
  }

  std::string_view rest_;
  char separator_;
  const std::filesystem::path& path_;
  std::size_t line_ = 1;
};

// The separator that the first line has most of, outside quotes; `usual` where there is none, or as many.
char separator_of(std::string_view text, char usual) {
  text.remove_prefix(std::min(text.find_first_not_of("\r\n"), text.size()));
  std::array<std::pair<char, std::size_t>, 3> counts{{{'\t', 0}, {',', 0}, {';', 0}}};
  bool quoted = false;
  for (const char c : text) {
    quoted = quoted != (c == '"');
    if (!quoted && c == '\n') {
      break;
    }
    for (auto& [separator, count] : counts) {
      count += !quoted && c == separator ? 1 : 0;
    }
  }
  const auto of_usual = std::ranges::find(counts, usual, &std::pair<char, std::size_t>::first);
  const auto most = std::ranges::max_element(counts, {}, &std::pair<char, std::size_t>::second);
  return most->second > of_usual->second ? most->first : usual;
}

} // namespace

DelimitedTable read_delimited(const std::filesystem::path& path) {
  const std::string text = read_text_file(path, kLargestTable);
  Parser parser(text, separator_of(text, to_lower(path.extension().string()) == ".csv" ? ',' : '\t'), path);
  DelimitedTable table;
  while (!parser.done()) {
    const std::size_t line = parser.line();
    std::vector<std::string> cells = parser.row();
    if (cells.size() == 1 && cells.front().empty()) {
      continue;
    }
    if (table.head.empty()) {
      table.head = std::move(cells);
      continue;
    }
    if (cells.size() != table.head.size()) {
      refuse(path, line,
             std::to_string(cells.size()) + " cells where the first line names " + std::to_string(table.head.size()) +
                 " columns");
    }
    table.rows.push_back(std::move(cells));
    table.lines.push_back(line);
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
  if (std::ranges::count(table.head, name) > 1) {
    throw Error(ExitCode::kBadInput, path.string() + ": the column '" + name + "' stands there twice; take one out or rename it");
  }
  return static_cast<std::size_t>(found - table.head.begin());
}

} // namespace brainmvp::io
