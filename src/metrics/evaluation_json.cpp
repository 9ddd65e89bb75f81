#include "metrics/evaluation_output.h"

#include <nlohmann/json.hpp>

#include "metrics/conventions.h"
#include "metrics/interval_output.h"

namespace brainmvp::metrics {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const std::vector<CaseRow>& rows) {
  Json cases = Json::array();
  for (const CaseRow& row : rows) {
    Json object{{"case", row.case_name}, {"region", row.region}};
    for (const SegmentationColumn& column : segmentation_columns()) {
      object[column.name] = column.value(row.metrics);
    }
    object["reference_lesions"] = row.metrics.lesions.reference_lesions;
    object["predicted_lesions"] = row.metrics.lesions.predicted_lesions;
    object["found_lesions"] = row.metrics.lesions.found_lesions;
    object["false_lesions"] = row.metrics.lesions.false_lesions;
    object["missing"] = row.missing;
    cases.push_back(std::move(object));
  }
  return cases;
}

Json json_of(const std::vector<SummaryRow>& rows) {
  Json regions = Json::object();
  for (const SummaryRow& row : rows) {
    regions[row.region][row.metric] = {{"cases", row.summary.cases},
                                       {"mean", row.summary.mean},
                                       {"mean_interval", interval_json(row.summary.mean_interval)},
                                       {"median", row.summary.median},
                                       {"median_interval", interval_json(row.summary.median_interval)}};
  }
  return regions;
}

Json json_of(const std::vector<ComparisonRow>& rows) {
  Json regions = Json::object();
  for (const ComparisonRow& row : rows) {
    const Summary& difference = row.comparison.difference;
    const WilcoxonResult& wilcoxon = row.comparison.wilcoxon;
    regions[row.region][row.metric] = {{"cases", difference.cases},
                                       {"mean_difference", difference.mean},
                                       {"mean_interval", interval_json(difference.mean_interval)},
                                       {"median_difference", difference.median},
                                       {"median_interval", interval_json(difference.median_interval)},
                                       {"wilcoxon_p", wilcoxon.p},
                                       {"wilcoxon_method", wilcoxon.exact ? "exact" : "normal approximation"},
                                       {"positive_ranks", wilcoxon.positive_ranks},
                                       {"negative_ranks", wilcoxon.negative_ranks},
                                       {"zero_differences", wilcoxon.zeros}};
  }
  return regions;
}

} // namespace

std::string evaluation_json(const Evaluation& evaluation) {
  Json root;
  for (const auto& [name, sentence] : segmentation_conventions(evaluation.options, evaluation.bootstrap)) {
    root["conventions"][name] = sentence;
  }
  root["parameters"] = {{"predictions", evaluation.predictions.source},
                        {"reference", evaluation.reference},
                        {"tolerance_mm", evaluation.options.tolerance_mm},
                        {"lesion_iou", evaluation.options.lesions.min_iou},
                        {"min_lesion_mm3", evaluation.options.lesions.min_volume_mm3},
                        {"bootstrap", evaluation.bootstrap.resamples},
                        {"seed", evaluation.bootstrap.seed}};
  root["regions"] = Json::array();
  for (const Region& region : evaluation.regions) {
    root["regions"].push_back({{"name", region.name}, {"values", region.values}});
  }
  root["cases"] = json_of(evaluation.predictions.rows);
  root["summary"] = json_of(evaluation.predictions.summary);
  if (evaluation.compared) {
    root["comparison"] = {{"predictions", evaluation.compared->source},
                          {"cases", json_of(evaluation.compared->rows)},
                          {"summary", json_of(evaluation.compared->summary)},
                          {"differences", json_of(evaluation.differences)}};
  }
  return root.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace brainmvp::metrics
