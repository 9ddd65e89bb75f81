#include "metrics/conventions.h"

#include "base/text.h"
#include "metrics/paired.h"
#include "metrics/regression.h"

namespace brainmvp::metrics {
namespace {

std::string matching_rule(const LesionOptions& options) {
  std::string rule = "26-connected components; a reference lesion is found when a predicted lesion shares a voxel with it";
  if (options.min_iou > 0) {
    rule += " and their intersection over union is at least " + shortest(options.min_iou);
  }
  rule += "; a predicted lesion is false when it matches none; precision = found / (found + false), recall = found / reference "
          "lesions, F1 = 2 found / (found + false + reference lesions)";
  if (options.min_volume_mm3 > 0) {
    rule += "; lesions below " + shortest(options.min_volume_mm3) + " mm3 are not counted on either side, but still match";
  }
  return rule;
}

std::string comparison_rule() {
  return "differences are first - second, case by case; two-sided Wilcoxon signed-rank test, zero differences dropped, ties with "
         "their mean rank, exact up to " +
         std::to_string(kWilcoxonExactCases) +
         " non-zero differences, above that the normal approximation corrected for ties "
         "without continuity correction; p values are not corrected for multiple tests";
}

std::string interval_rule(const BootstrapOptions& bootstrap, const std::string& how) {
  return "[low, high]: 95% percentile bootstrap over cases" + how + ", " + std::to_string(bootstrap.resamples) +
         " resamples, seed " + std::to_string(bootstrap.seed) + "; none of one case";
}

} // namespace

Conventions segmentation_conventions(const SegmentationOptions& options, const BootstrapOptions& bootstrap) {
  return {
      {"both_empty", "Dice, surface Dice and lesion scores 1, distances and volume differences 0; counted"},
      {"one_empty", "Dice, surface Dice and lesion scores 0, distances the diagonal of the image in mm, relative volume "
                    "difference 1; counted"},
      {"missing_prediction", "counted, with --allow-missing, as the worst: Dice, surface Dice and lesion scores 0, distances the "
                             "diagonal, also where the reference is empty"},
      {"distances", "in mm between centres of edge voxels (inside, with background or the image's end among the six neighbours); "
                    "hd95_mm is the larger of the two directed 95th percentiles (linear between ranks), hd_mm the maximum"},
      {"surface_dice", "share of edge voxels of both within " + shortest(options.tolerance_mm) + " mm of the other's edge"},
      {"volumes", "signed_volume_difference_ml = prediction - reference; volume_difference_ml = its size; "
                  "relative_volume_difference = that size over the reference"},
      {"lesions", matching_rule(options.lesions)},
      {"intervals", interval_rule(bootstrap, "")},
      {"comparison", comparison_rule()},
  };
}

Conventions classification_conventions(const std::vector<std::string>& classes, const ClassificationOptions& options,
                                       const BootstrapOptions& bootstrap) {
  const bool binary = classes.size() == 2;
  return {
      {"decision", "the most probable class; ties take the first of: " + join(classes, ", ")},
      {"positive_class", binary ? classes[1] : "none: more than two classes"},
      {"averages", binary
                       ? "f1, auc, average_precision and sensitivity are of the positive class; balanced_accuracy and f1_macro "
                         "are means over both classes"
                       : "plain means over classes, each against the rest, of those that have reference cases (f1: reference "
                         "cases or predictions)"},
      {"auc", "share of (positive, negative) pairs in order, tied pairs counted as half"},
      {"average_precision", "sum over distinct thresholds of the step in recall times the precision"},
      {"calibration_error", "sum over " + std::to_string(options.calibration_bins) +
                                " bins of equal width, (low, high], of the share of cases times |accuracy - mean confidence|; "
                                "confidence is the largest probability"},
      {"brier", binary ? "mean of (probability of the positive class - outcome)^2"
                       : "mean over cases of the sum over classes of (probability - outcome)^2"},
      {"intervals", interval_rule(bootstrap, " drawn within each class")},
      {"comparison", comparison_rule() + "; the test compares the probabilities given to the true class"},
  };
}

Conventions regression_conventions(const BootstrapOptions& bootstrap) {
  Conventions conventions;
  for (const RegressionColumn& column : regression_columns()) {
    conventions.emplace_back(column.name, std::string(column.sentence) +
                                              (column.better == Better::kLower ? "; lower is better" : "; higher is better"));
  }
  const std::string fewest = std::to_string(kFewestCases);
  conventions.emplace_back("undefined", "r2 and pearson_r have no value with fewer than " + fewest +
                                            " cases or one truth in all, pearson_r none with one prediction in all");
  conventions.emplace_back("intervals", interval_rule(bootstrap, "") + "; resamples without a value are drawn again");
  conventions.emplace_back("comparison", comparison_rule() + "; the test compares the absolute errors");
  return conventions;
}

std::string conventions_text(const Conventions& conventions) {
  std::string text = "Conventions\n";
  for (const auto& [name, sentence] : conventions) {
    text += "- " + name + ": " + sentence + "\n";
  }
  return text;
}

} // namespace brainmvp::metrics
