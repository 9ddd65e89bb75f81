#include "report/report.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "report/embedded_texts.h"
#include "report/html.h"
#include "report/names.h"
#include "report/sections.h"

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

std::vector<RunRecord> read_runs(const std::vector<std::filesystem::path>& folders) {
  std::vector<RunRecord> runs;
  std::vector<std::string> taken;
  for (const std::filesystem::path& folder : folders) {
    runs.push_back(read_run(folder));
    runs.back().name = unused_name({runs.back().name}, taken);
    taken.push_back(runs.back().name);
  }
  return runs;
}

CaseLabels labels_of(const Evaluations& evaluations, const Overlays& overlays, bool show_identifiers) {
  std::set<std::string> names;
  for (const SegmentationResults& results : evaluations.segmentations) {
    std::ranges::transform(results.rows, std::inserter(names, names.end()), &SegmentationRow::case_name);
  }
  for (const ClassResults& results : evaluations.classes) {
    names.insert(results.table.case_names.begin(), results.table.case_names.end());
  }
  for (const RegressionResults& results : evaluations.regressions) {
    names.insert(results.table.case_names.begin(), results.table.case_names.end());
  }
  std::ranges::transform(overlays.cases, std::inserter(names, names.end()), &OverlayCase::case_name);
  return {names, show_identifiers};
}

Overlays read_overlays(const ReportOptions& options, const Evaluations& evaluations) {
  if (options.predictions.empty()) {
    return {};
  }
  return make_overlays({.predictions = options.predictions,
                        .studies = options.studies,
                        .cases = options.overlay_cases,
                        .scores = evaluations.segmentations.empty() ? std::vector<std::pair<std::string, double>>{}
                                                                    : dice_of_cases(evaluations.segmentations.front())});
}

std::string summary_section(const std::vector<Headline>& summary) {
  std::string cards;
  for (const Headline& headline : summary) {
    cards += "<div class=\"card\"><h3>" + escaped(headline.label) + "</h3><p class=\"value\">" + escaped(headline.value) +
             "</p><p class=\"remark\">" + escaped(headline.remark) + "</p></div>\n";
  }
  return section_html("summary", "Summary", "<div class=\"cards\">\n" + cards + "</div>\n");
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

std::string today() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts{};
  ::localtime_r(&now, &parts);
  std::string text(32, '\0');
  text.resize(std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M", &parts));
  return text;
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

Report make_report(const ReportOptions& options) {
  const std::vector<RunRecord> runs = read_runs(options.runs);
  const Evaluations evaluations = read_evaluations(options.evaluations);
  const Overlays overlays = read_overlays(options, evaluations);
  const CaseLabels labels = labels_of(evaluations, overlays, options.show_identifiers);
  PageData charts = PageData::array();
  PageData volumes = PageData::object();
  Report report{.html = {}, .summary = headlines(runs, evaluations)};
  const std::string body = summary_section(report.summary) + segmentation_section(evaluations, labels) +
                           classification_section(evaluations, labels, charts) + regression_section(evaluations, labels) +
                           overlays_section(overlays, evaluations, labels, volumes) + curves_section(runs, charts) +
                           reconstructions_section(runs) + templates_section(runs) + runs_section(runs) +
                           configuration_section(runs);
  const std::string subtitle =
      "Written by brainmvp " + escaped(options.program_version) + " on " + today() +
      (options.show_identifiers ? ". <strong>Names of cases are shown.</strong>" : ". Names of cases are left out.");
  const std::string title = escaped(options.title);
  const std::string data = script_json({{"charts", charts}, {"volumes", volumes}});
  report.html = filled(asset("page.html"), {{"title", title},
                                            {"subtitle", subtitle},
                                            {"navigation", navigation(body)},
                                            {"body", body},
                                            {"data", data},
                                            {"style", asset("page.css")},
                                            {"script", asset("page.js")},
                                            {"viewer", overlays.cases.empty() ? std::string_view{} : asset("viewer.txt")}});
  return report;
}

} // namespace brainmvp::report
