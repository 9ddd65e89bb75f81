// A whole page: template, style, scripts and links to its sections around what it says.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace brainmvp::report {

struct Page {
  std::string title;           // plain text
  std::string subtitle;        // HTML
  std::string body;            // HTML of its sections
  nlohmann::ordered_json data; // {"charts", "volumes"} for the script
  bool viewer = false;         // with the code of the slice viewer
};

// UTF-8; loads nothing.
std::string page_html(const Page& page);

std::string time_of_day(); // "2026-01-31 14:05", local

} // namespace brainmvp::report
