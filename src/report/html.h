// Texts, numbers and tables of the page. Whatever comes from outside passes through escaped() or script_json().
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/statistics.h"

namespace brainmvp::report {

// Text for HTML content and for attributes in double quotes; bytes that are no UTF-8 become U+FFFD.
std::string escaped(std::string_view text);

// JSON for a <script> element: pure ASCII, and no "<", so that no text can end the element.
std::string script_json(const nlohmann::ordered_json& json);

std::string base64(std::string_view bytes);
std::string png_uri(std::string_view png); // data:image/png;base64,...

// Numbers for people. A thousand has a narrow space.
std::string grouped(std::uint64_t value);
std::string significant(double value, int digits = 4); // "0.0123", "1.41", "3e-05"
std::string fixed_number(double value, int decimals);  // with a true minus sign
std::string with_interval(double value, const metrics::Interval& interval, int decimals);
std::string with_interval(double value, const metrics::Interval& interval); // "0.812 [0.700, 0.900]", "12.3 [10.0, 14.0]"
std::string p_value(double p);                                              // "0.031", "< 0.001"

struct Cell {
  std::string html;            // escaped already
  std::optional<double> value; // what a numeric column is sorted by
};
Cell text_cell(std::string_view text); // escapes
Cell number_cell(double value, int decimals);

struct Column {
  std::string title; // plain text
  bool numeric = false;
};

struct Table {
  std::string caption; // plain text
  std::vector<Column> columns;
  std::vector<std::vector<Cell>> rows; // the first cell of a row is its header
  bool sortable = false;
};
std::string table_html(const Table& table);

// <details> that is closed at first; `body` is HTML.
std::string folded(const std::string& summary, const std::string& body);

// <section> with a heading; `body` is HTML.
std::string section_html(const std::string& id, const std::string& title, const std::string& body);

} // namespace brainmvp::report
