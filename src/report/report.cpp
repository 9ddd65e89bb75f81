#include "report/report.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "report/html.h"
#include "report/names.h"
#include "report/page.h"
#include "report/sections.h"

namespace brainmvp::report {
namespace {

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
      "Written by brainmvp " + escaped(options.program_version) + " on " + time_of_day() +
      (options.show_identifiers ? ". <strong>Names of cases are shown.</strong>" : ". Names of cases are left out.");
  report.html = page_html({.title = options.title,
                           .subtitle = subtitle,
                           .body = body,
                           .data = {{"charts", charts}, {"volumes", volumes}},
                           .viewer = !overlays.cases.empty()});
  return report;
}

} // namespace brainmvp::report
