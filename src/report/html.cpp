#include "report/html.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace brainmvp::report {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kNarrowSpace = "\xe2\x80\xaf";
constexpr std::string_view kMinus = "\xe2\x88\x92";

std::string printed(const char* format, int digits, double value) {
  std::array<char, 64> buffer{};
  std::snprintf(buffer.data(), buffer.size(), format, digits, value);
  std::string text = buffer.data();
  return text.starts_with('-') ? std::string(kMinus) + text.substr(1) : text;
}

// `text` as valid UTF-8.
std::string repaired(std::string_view text) {
  return Json::parse(Json(std::string(text)).dump(-1, ' ', false, Json::error_handler_t::replace)).get<std::string>();
}

std::string header_cell(const Column& column, bool sortable) {
  const std::string title = escaped(column.title);
  const std::string attributes = std::string(" scope=\"col\"") + (column.numeric ? " class=\"number\"" : "") +
                                 (sortable && column.numeric ? " data-sort-method=\"number\"" : "");
  return "<th" + attributes + ">" + (sortable ? "<button type=\"button\">" + title + "</button>" : title) + "</th>";
}

std::string body_cell(const Cell& cell, bool first, bool numeric) {
  const std::string name = first ? "th scope=\"row\"" : "td";
  const std::string value = cell.value ? " data-sort=\"" + Json(*cell.value).dump() + "\"" : "";
  return "<" + name + (numeric ? " class=\"number\"" : "") + value + ">" + cell.html + (first ? "</th>" : "</td>");
}

} // namespace

std::string escaped(std::string_view text) {
  std::string result;
  for (const char letter : repaired(text)) {
    switch (letter) {
    case '&':
      result += "&amp;";
      break;
    case '<':
      result += "&lt;";
      break;
    case '>':
      result += "&gt;";
      break;
    case '"':
      result += "&quot;";
      break;
    case '\'':
      result += "&#39;";
      break;
    default:
      result += letter;
    }
  }
  return result;
}

std::string script_json(const Json& json) {
  std::string result;
  for (const char letter : json.dump(-1, ' ', true, Json::error_handler_t::replace)) {
    if (letter == '<') {
      result += "\\u003c";
    } else {
      result += letter;
    }
  }
  return result;
}

std::string base64(std::string_view bytes) {
  static constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t block = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      block = block << 8 | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0U);
    }
    for (std::size_t j = 0; j < 4; ++j) {
      text += i + j <= bytes.size() ? kLetters[block >> (18 - 6 * j) & 63U] : '=';
    }
  }
  return text;
}

std::string png_uri(std::string_view png) { return "data:image/png;base64," + base64(png); }

std::string grouped(std::uint64_t value) {
  std::string text = std::to_string(value);
  for (std::size_t end = text.size(); end > 3;) {
    end -= 3;
    text.insert(end, kNarrowSpace);
  }
  return text;
}

std::string significant(double value, int digits) { return std::isfinite(value) ? printed("%.*g", digits, value) : "not finite"; }

std::string fixed_number(double value, int decimals) {
  return std::isfinite(value) ? printed("%.*f", decimals, value) : "not finite";
}

std::string with_interval(double value, const metrics::Interval& interval) {
  return with_interval(value, interval, std::abs(value) < 10 ? 3 : 1);
}

std::string with_interval(double value, const metrics::Interval& interval, int decimals) {
  if (!interval.known) {
    return fixed_number(value, decimals);
  }
  return fixed_number(value, decimals) + " [" + fixed_number(interval.low, decimals) + ", " +
         fixed_number(interval.high, decimals) + "]";
}

std::string p_value(double p) { return p < 0.001 ? "< 0.001" : fixed_number(p, 3); }

Cell text_cell(std::string_view text) { return {.html = escaped(text), .value = {}}; }
Cell number_cell(double value, int decimals) { return {.html = fixed_number(value, decimals), .value = value}; }

std::string table_html(const Table& table) {
  std::string html = "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"" + escaped(table.caption) + "\"><table" +
                     (table.sortable ? " class=\"sortable\"" : "") + "><caption>" + escaped(table.caption) +
                     "</caption>\n<thead><tr>";
  for (const Column& column : table.columns) {
    html += header_cell(column, table.sortable);
  }
  html += "</tr></thead>\n<tbody>\n";
  for (const std::vector<Cell>& row : table.rows) {
    html += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i) {
      html += body_cell(row[i], i == 0, table.columns[i].numeric);
    }
    html += "</tr>\n";
  }
  return html + "</tbody></table></div>\n<p class=\"scroll-hint\" aria-hidden=\"true\" hidden>More columns: scroll sideways "
                "\xe2\x86\x92</p>\n";
}

std::string folded(const std::string& summary, const std::string& body) {
  return "<details><summary>" + escaped(summary) + "</summary>\n" + body + "</details>\n";
}

std::string section_html(const std::string& id, const std::string& title, const std::string& body) {
  return "<section id=\"" + id + "\" aria-labelledby=\"" + id + "-title\">\n<h2 id=\"" + id + "-title\">" + escaped(title) +
         "</h2>\n" + body + "</section>\n";
}

} // namespace brainmvp::report
