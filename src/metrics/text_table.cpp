#include "metrics/text_table.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <numeric>

#include "base/counted.h"
#include "base/text.h"

namespace brainmvp::metrics {
namespace {

constexpr std::size_t kBetweenColumns = 2;
constexpr std::size_t kLeastName = 8;

// Keeps more of the end, where numbers of cases differ.
std::string shortened(const std::string& text, std::size_t width) {
  const std::size_t characters = character_count(text);
  if (characters <= width) {
    return text;
  }
  const std::size_t kept = width - 2;
  const std::size_t front = kept / 3;
  return text.substr(0, character_start(text, front)) + ".." + text.substr(character_start(text, characters - (kept - front)));
}

std::vector<std::size_t> widths_of(const TextRows& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t column = 0; column < row.size(); ++column) {
      widths[column] = std::max(widths[column], character_count(row[column]));
    }
  }
  return widths;
}

// Takes columns from the widest of the left ones until all fit.
void shorten_names(TextRows& rows, std::size_t left_columns) {
  std::vector<std::size_t> widths = widths_of(rows);
  std::size_t all = std::accumulate(widths.begin(), widths.end(), kBetweenColumns * (widths.size() - 1));
  const auto end = widths.begin() + static_cast<std::ptrdiff_t>(std::min(left_columns, widths.size()));
  while (all > kTableWidth) {
    const auto widest = std::max_element(widths.begin(), end);
    if (widest == end || *widest <= kLeastName) {
      break;
    }
    --*widest;
    --all;
  }
  for (auto& row : rows) {
    for (std::size_t column = 0; column < std::min(left_columns, row.size()); ++column) {
      row[column] = shortened(row[column], widths[column]);
    }
  }
}

} // namespace

std::string aligned_table(TextRows rows, std::size_t left_columns) {
  shorten_names(rows, left_columns);
  const std::vector<std::size_t> widths = widths_of(rows);
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t column = 0; column < row.size(); ++column) {
      const std::string blanks(widths[column] - character_count(row[column]), ' ');
      line += column == 0 ? "" : std::string(kBetweenColumns, ' ');
      line += column < left_columns ? row[column] + blanks : blanks + row[column];
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string tsv(const TextRows& rows) {
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t column = 0; column < row.size(); ++column) {
      std::string cell = row[column];
      std::ranges::replace_if(
          cell, [](char c) { return c == '\t' || c == '\n' || c == '\r'; }, ' ');
      text += (column > 0 ? "\t" : "") + cell;
    }
    text += "\n";
  }
  return text;
}

std::string csv(const TextRows& rows) {
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t column = 0; column < row.size(); ++column) {
      std::string cell = row[column];
      if (cell.find_first_of(",\"\r\n") != std::string::npos) {
        for (std::size_t at = cell.find('"'); at != std::string::npos; at = cell.find('"', at + 2)) {
          cell.insert(at, 1, '"');
        }
        cell = '"' + cell + '"';
      }
      text += (column > 0 ? "," : "") + cell;
    }
    text += "\n";
  }
  return text;
}

void append_set(TextRows& all, const TextRows& rows, const std::string& source) {
  for (std::size_t i = all.empty() ? 0 : 1; i < rows.size(); ++i) {
    all.push_back(rows[i]);
    all.back().push_back(i == 0 ? "predictions" : source);
  }
}

std::string set_heading(const std::string& source, const std::string& reference, std::size_t cases) {
  const std::string against = "against " + reference + ", " + counted(cases, "case");
  return source + (character_count(source) + character_count(against) < kTableWidth ? " " : "\n") + against + "\n";
}

std::string p_text(double p) { return p < 0.0001 ? "< 0.0001" : fixed(p, 4); }

std::string fixed(double value, int decimals) {
  std::array<char, 400> text{}; // the longest double has 309 digits before the point
  std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
  const std::string written = text.data();
  const bool minus_zero = written.starts_with('-') && written.find_first_not_of("-0.") == std::string::npos;
  return minus_zero ? written.substr(1) : written;
}

} // namespace brainmvp::metrics
