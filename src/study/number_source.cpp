#include "study/number_source.h"

#include <algorithm>

#include "base/error.h"
#include "base/exact_number.h"
#include "base/text.h"
#include "study/class_key.h"

namespace brainmvp::study {
namespace {

double number_in(const ClassJoin& join, std::size_t study, const ClassSource& source) {
  const std::optional<double> number = exact_number<double>(*join.classes[study]);
  if (!number) {
    throw Error(ExitCode::kBadInput, source.files.front().string() + ": line " + std::to_string(join.lines[study]) + ": column " +
                                         source.columns.front() + ": '" + *join.classes[study] +
                                         "' is no finite number; correct the cell, or empty it where nothing is known");
  }
  return *number;
}

} // namespace

std::vector<ClassSource> parse_number_source(const std::string& text) {
  const ClassSource all = parse_class_source(text);
  std::vector<ClassSource> sources;
  std::vector<std::string> forms;
  for (const std::string& column : split(all.columns.front(), ",")) {
    forms.push_back(column_form(column));
    if (column.empty() || std::ranges::count(forms, forms.back()) > 1) {
      throw Error(ExitCode::kUsage, "'" + text + "': expected columns separated by single commas, each named once");
    }
    sources.push_back({.files = all.files, .columns = {column}, .keys = all.keys});
  }
  return sources;
}

NumberJoin join_numbers(const std::vector<ClassSource>& sources, std::span<const StudyKey> studies, Findings& findings) {
  NumberJoin numbers{.names = {}, .values = std::vector<std::vector<double>>(studies.size())};
  for (const ClassSource& source : sources) {
    const std::string& name = numbers.names.emplace_back(source.columns.front());
    const ClassJoin join = join_classes(source, studies);
    report_join(join, findings, name);
    for (std::size_t i = 0; i < studies.size(); ++i) {
      if (join.classes[i]) {
        numbers.values[i].push_back(number_in(join, i, source));
      }
    }
  }
  for (std::vector<double>& values : numbers.values) {
    if (values.size() < sources.size()) {
      values.clear();
    }
  }
  return numbers;
}

} // namespace brainmvp::study
