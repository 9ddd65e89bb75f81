#include "study/class_source.h"

#include <algorithm>
#include <set>

#include "base/counted.h"
#include "base/error.h"
#include "base/text.h"
#include "io/delimited.h"
#include "study/class_key.h"
#include "study/class_spelling.h"

namespace brainmvp::study {
namespace fs = std::filesystem;
namespace {

using io::DelimitedTable;

struct Row {
  std::string key; // as it stands in the table
  std::string value;
  std::size_t line = 0;
  bool used = false;
};

// Rows by their keys, in both forms.
class RowIndex {
public:
  void add(Row& row) {
    exact_[trimmed_lower(row.key)].push_back(&row);
    loose_[loose_key(row.key)].push_back(&row);
  }

  // Rows of the first of the study's names that has any.
  [[nodiscard]] std::vector<Row*> find(const StudyKey& study) const {
    for (const std::string& name : names_of(study)) {
      if (const auto found = exact_.find(trimmed_lower(name)); found != exact_.end()) {
        return found->second;
      }
      if (const auto found = loose_.find(loose_key(name)); found != loose_.end()) {
        return found->second;
      }
    }
    return {};
  }

private:
  // Ids may have a folder's name in front, which made them unique: "site_sub-01", "x_I13722".
  static std::vector<std::string> names_of(const StudyKey& study) {
    std::vector<std::string> names{study.id, study.patient};
    for (const std::string& name : {study.id, study.patient}) {
      const std::size_t last = name.rfind('_');
      const std::string word = last == std::string::npos ? "" : name.substr(last + 1);
      const bool image = word.size() > 1 && word.starts_with('I') && word.find_first_not_of("0123456789", 1) == std::string::npos;
      if (image || (word.size() > 4 && word.starts_with("sub-"))) {
        names.push_back(word);
      }
    }
    return names;
  }

  std::map<std::string, std::vector<Row*>> exact_;
  std::map<std::string, std::vector<Row*>> loose_;
};

std::optional<std::size_t> position_of(const DelimitedTable& table, const std::string& name) {
  const std::string wanted = column_form(name);
  const auto found = std::ranges::find(table.head, wanted, column_form);
  return found == table.head.end() ? std::nullopt : std::optional(static_cast<std::size_t>(found - table.head.begin()));
}

std::vector<std::size_t> positions_of(const DelimitedTable& table, const std::vector<std::string>& names) {
  std::vector<std::size_t> positions;
  for (const std::string& name : names) {
    if (const auto position = position_of(table, name)) {
      positions.push_back(*position);
    }
  }
  return positions;
}

std::vector<Row> rows_of(const DelimitedTable& table, std::size_t key, std::size_t column) {
  std::vector<Row> rows;
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    if (const std::string name = plain_value(table.rows[i][key]); !name.empty()) {
      rows.push_back({.key = name, .value = plain_value(table.rows[i][column]), .line = table.lines[i]});
    }
  }
  return rows;
}

std::size_t named_studies(std::vector<Row>& rows, std::span<const StudyKey> studies) {
  RowIndex index;
  std::ranges::for_each(rows, [&index](Row& row) { index.add(row); });
  return static_cast<std::size_t>(std::ranges::count_if(studies, [&](const StudyKey& one) { return !index.find(one).empty(); }));
}

[[noreturn]] void refuse_columns(const fs::path& file, const std::vector<std::string>& wanted, const DelimitedTable& table) {
  throw Error(ExitCode::kBadInput, file.string() + ": there is no column '" + join(wanted, "' or '") +
                                       "'; its columns are: " + join(table.head, ", "));
}

// Throws Error(kBadInput) when the table lacks the columns.
std::vector<Row> read_rows(const fs::path& file, const ClassSource& source, std::span<const StudyKey> studies) {
  const DelimitedTable table = io::read_delimited(file);
  const std::vector<std::size_t> columns = positions_of(table, source.columns);
  if (columns.empty()) {
    refuse_columns(file, source.columns, table);
  }
  std::vector<std::size_t> keys = positions_of(table, source.keys.empty() ? usual_key_columns() : source.keys);
  if (keys.empty() && !source.keys.empty()) {
    refuse_columns(file, source.keys, table);
  }
  if (keys.empty()) {
    keys.push_back(0);
  }
  std::vector<Row> best;
  std::size_t most = 0;
  for (const std::size_t key : keys) {
    std::vector<Row> rows = rows_of(table, key, columns.front());
    const std::size_t named = named_studies(rows, studies);
    if (key == keys.front() || named > most) {
      best = std::move(rows);
      most = named;
    }
  }
  return best;
}

// The class that a value stands for; nothing when it is none.
std::optional<std::string> class_of(const std::string& value, const ClassSource& source) {
  for (const auto& [known, name] : source.values) {
    if (trimmed_lower(known) == to_lower(value)) {
      return name;
    }
  }
  return source.values.empty() && !is_missing_value(value) ? std::optional(value) : std::nullopt;
}

std::optional<std::string> decide(const StudyKey& study, const std::vector<Row*>& rows, const ClassSource& source,
                                  ClassJoin& join) {
  std::set<std::string> classes;
  std::string other; // a value that is no class, rather one that says something
  join.lines.push_back(0);
  for (Row* row : rows) {
    row->used = true;
    if (const auto name = class_of(row->value, source)) {
      classes.insert(*name);
      join.lines.back() = row->line;
    } else if (other.empty() || is_missing_value(other)) {
      other = row->value;
    }
  }
  if (classes.size() == 1) {
    return *classes.begin();
  }
  if (rows.empty()) {
    join.without_row.push_back(study.id);
  } else if (classes.empty()) {
    join.no_class[other].push_back(study.id);
  } else {
    join.contradicted.push_back(study.id);
  }
  return std::nullopt;
}

// `one` and `several`: as counted() takes them.
void warn_of_some(const std::string& one, const std::string& several, const std::vector<std::string>& examples,
                  Findings& findings) {
  constexpr std::size_t kMostExamples = 5;
  if (!examples.empty()) {
    const std::vector<std::string> some(examples.begin(),
                                        examples.begin() + static_cast<std::ptrdiff_t>(std::min(kMostExamples, examples.size())));
    findings.warn("classes", "",
                  counted(examples.size(), one, several) + ": " + join(some, ", ") +
                      (some.size() < examples.size() ? ", ..." : ""));
  }
}

} // namespace

ClassSource parse_class_source(const std::string& text) {
  std::error_code error;
  bool file_is_there = text.find(':') == std::string::npos || fs::exists(text, error); // names of files may have colons
  for (std::size_t at = text.find(':'); at != std::string::npos; at = text.find(':', at + 1)) {
    const fs::path file = text.substr(0, at);
    file_is_there |= fs::exists(file, error);
    if (!fs::is_regular_file(file, error)) {
      continue;
    }
    const std::vector<std::string> names = split(std::string_view(text).substr(at + 1), ":");
    if (names.size() <= 2 && std::ranges::none_of(names, &std::string::empty)) {
      return {.files = {file},
              .columns = {names.front()},
              .keys = names.size() == 2 ? std::vector{names.back()} : std::vector<std::string>{}};
    }
  }
  throw Error(file_is_there ? ExitCode::kUsage : ExitCode::kBadInput,
              "'" + text +
                  "' does not name a table and its column; expected FILE:COLUMN or FILE:COLUMN:KEYCOLUMN with a "
                  ".tsv or .csv file that exists");
}

ClassJoin join_classes(const ClassSource& source, std::span<const StudyKey> studies) {
  ClassJoin join;
  std::vector<std::vector<Row>> tables;
  for (const fs::path& file : source.files) {
    try {
      tables.push_back(read_rows(file, source, studies));
    } catch (const Error& error) {
      if (source.files.size() == 1) {
        throw;
      }
      join.passed_over.emplace_back(file, error.message());
    }
  }
  RowIndex index;
  std::vector<std::string*> values;
  for (std::vector<Row>& rows : tables) {
    for (Row& row : rows) {
      index.add(row);
      values.push_back(&row.value);
    }
  }
  if (source.values.empty()) {
    join.spellings = unify_spellings(values);
  }
  for (const StudyKey& study : studies) {
    join.classes.push_back(decide(study, index.find(study), source, join));
  }
  for (const std::vector<Row>& rows : tables) {
    for (const Row& row : rows) {
      if (!row.used) {
        join.without_study.push_back(row.key);
      }
    }
  }
  return join;
}

void report_join(const ClassJoin& join, Findings& findings, const std::string& what) {
  for (const auto& [file, reason] : join.passed_over) {
    findings.skip(file, "tables that hold no classes (" + reason + ")");
  }
  for (const std::string& text : join.spellings) {
    findings.warn("spellings of one class", "", text);
  }
  for (const auto& [value, ids] : join.no_class) {
    const std::string rest = " the value '" + value + "', which is no " + what;
    warn_of_some("study has" + rest, "studies have" + rest, ids, findings);
  }
  const std::string contradicts = " rows that contradict each other, and no " + what + " comes of them";
  warn_of_some("study has" + contradicts, "studies have" + contradicts, join.contradicted, findings);
  const std::string no_row = " no row in the tables, and no " + what;
  warn_of_some("study has" + no_row, "studies have" + no_row, join.without_row, findings);
  warn_of_some("row of the tables has no study", "rows of the tables have no study", join.without_study, findings);
}

} // namespace brainmvp::study
