#include "report/report.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

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

// Each kind of evaluation has numbers from 1 of its own.
struct AllLabels {
  CaseLabels segmentations; // and overlays
  CaseLabels classes;
  CaseLabels regressions;
};

AllLabels labels_of(const Evaluations& evaluations, const Overlays& overlays, bool show_identifiers) {
  std::set<std::string> segmented;
  std::set<std::string> classified;
  std::set<std::string> regressed;
  for (const SegmentationResults& results : evaluations.segmentations) {
    std::ranges::transform(results.rows, std::inserter(segmented, segmented.end()), &SegmentationRow::case_name);
  }
  std::ranges::transform(overlays.cases, std::inserter(segmented, segmented.end()), &OverlayCase::case_name);
  for (const ClassResults& results : evaluations.classes) {
    classified.insert(results.table.case_names.begin(), results.table.case_names.end());
  }
  for (const RegressionResults& results : evaluations.regressions) {
    regressed.insert(results.table.case_names.begin(), results.table.case_names.end());
  }
  return {.segmentations = {segmented, show_identifiers},
          .classes = {classified, show_identifiers},
          .regressions = {regressed, show_identifiers}};
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

} // namespace

Report make_report(const ReportOptions& options) {
  const std::vector<RunRecord> runs = read_runs(options.runs);
  const Evaluations evaluations = read_evaluations(options.evaluations);
  const Overlays overlays = read_overlays(options, evaluations);
  const AllLabels labels = labels_of(evaluations, overlays, options.show_identifiers);
  PageData charts = PageData::array();
  PageData volumes = PageData::object();
  const std::vector<SetComparison> comparisons = compare_sets(evaluations.segmentations);
  Report report{.html = {}, .summary = headlines(runs, evaluations, comparisons)};
  const std::string body =
      summary_section(runs, evaluations, comparisons, report.summary, charts) +
      overlays_section(overlays, evaluations, labels.segmentations, volumes) +
      segmentation_section(evaluations, labels.segmentations) + classification_section(evaluations, labels.classes, charts) +
      regression_section(evaluations, labels.regressions) + reconstructions_section(runs) + templates_section(runs) +
      curves_section(runs, charts) + runs_section(runs) + configuration_section(runs);
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
