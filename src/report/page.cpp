#include "report/page.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <utility>
#include <vector>

#include "base/error.h"
#include "report/embedded_texts.h"
#include "report/html.h"

namespace brainmvp::report {
namespace {

std::string_view asset(std::string_view name) {
  for (const EmbeddedText& text : embedded_texts()) {
    if (text.name == name) {
      return text.text;
    }
  }
  throw Error(ExitCode::kInternal, "the page's " + std::string(name) + " was not compiled in");
}

// Links to the sections that are there.
std::string navigation(const std::string& body) {
  std::string items;
  static constexpr std::string_view kSection = "<section id=\"";
  for (std::size_t at = body.find(kSection); at != std::string::npos; at = body.find(kSection, at + 1)) {
    const std::size_t id = at + kSection.size();
    const std::size_t title = body.find('>', body.find("<h2 ", id)) + 1;
    items += "<li><a href=\"#" + body.substr(id, body.find('"', id) - id) + "\">" +
             body.substr(title, body.find("</h2>", title) - title) + "</a></li>";
  }
  return "<nav aria-label=\"Sections\"><ul>" + items + "</ul></nav>";
}

// The template with its {{fields}} filled in one pass, so that nothing inserted is looked at again.
std::string filled(std::string_view page, const std::vector<std::pair<std::string_view, std::string_view>>& fields) {
  std::string result;
  while (true) {
    const std::size_t start = page.find("{{");
    const std::size_t end = start == std::string_view::npos ? start : page.find("}}", start);
    if (end == std::string_view::npos) {
      return result + std::string(page);
    }
    const std::string_view name = page.substr(start + 2, end - start - 2);
    const auto field = std::ranges::find(fields, name, &std::pair<std::string_view, std::string_view>::first);
    if (field == fields.end()) {
      throw Error(ExitCode::kInternal, "the page's template has an unknown field " + std::string(name));
    }
    result += page.substr(0, start);
    result += field->second;
    page.remove_prefix(end + 2);
  }
}

} // namespace

std::string time_of_day() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts{};
  ::localtime_r(&now, &parts);
  std::string text(32, '\0');
  text.resize(std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M", &parts));
  return text;
}

std::string page_html(const Page& page) {
  const std::string title = escaped(page.title);
  const std::string data = script_json(page.data);
  return filled(asset("page.html"), {{"title", title},
                                     {"subtitle", page.subtitle},
                                     {"navigation", navigation(page.body)},
                                     {"body", page.body},
                                     {"data", data},
                                     {"style", asset("page.css")},
                                     {"script", asset("page.js")},
                                     {"viewer", page.viewer ? asset("viewer.txt") : std::string_view{}}});
}

} // namespace brainmvp::report
