#include "metrics/classification.h"

#include <cmath>
#include <string>

#include "base/error.h"
#include "metrics/ranking.h"
#include "support/support.h"

namespace brainmvp::metrics {
namespace {

using Json = nlohmann::json;

ClassificationCases golden_cases(const Json& entry) {
  const auto classes = entry["classes"].get<std::size_t>();
  const auto name = entry["name"].get<std::string>();
  ClassificationCases cases{.classes = classes, .labels = entry["labels"].get<std::vector<std::size_t>>(), .probabilities = {}};
  const std::vector<float> logits = test::fill(name + ".s", cases.labels.size() * classes);
  for (std::size_t row = 0; row < logits.size(); row += classes) {
    std::vector<double> exponentials;
    double sum = 0;
    for (std::size_t c = 0; c < classes; ++c) {
      const double logit = name == "binary_ties" ? std::nearbyint(logits[row + c] / 0.5) * 0.5 : logits[row + c];
      exponentials.push_back(std::exp(logit));
      sum += exponentials.back();
    }
    for (const double value : exponentials) {
      // Ratios of equal logit differences must stay equal to the last bit for the ties.
      cases.probabilities.push_back(static_cast<double>(static_cast<float>(value / sum)));
    }
  }
  return cases;
}

TEST(ClassificationMetrics, AreTheGoldenValues) {
  const Json file = test::golden_json("classification_metrics.json");
  ASSERT_EQ(file.size(), 3U);
  for (const Json& entry : file) {
    SCOPED_TRACE(entry["name"].get<std::string>());
    const ClassificationMetrics metrics = classify_metrics(golden_cases(entry));
    EXPECT_NEAR(metrics.accuracy, entry["accuracy"].get<double>(), 1e-9);
    EXPECT_NEAR(metrics.balanced_accuracy, entry["balanced_accuracy"].get<double>(), 1e-9);
    EXPECT_NEAR(metrics.f1_macro, entry["f1_macro"].get<double>(), 1e-9);
    EXPECT_NEAR(metrics.auc, entry["auc"].get<double>(), 1e-9);
    std::vector<std::size_t> confusion;
    for (const Json& row : entry["confusion"]) {
      confusion.insert(confusion.end(), row.begin(), row.end());
    }
    EXPECT_EQ(metrics.confusion, confusion);
    if (!entry["f1_positive"].is_null()) {
      EXPECT_NEAR(metrics.f1, entry["f1_positive"].get<double>(), 1e-9);
      EXPECT_NEAR(metrics.average_precision, entry["average_precision"].get<double>(), 1e-9);
    }
  }
}

// Values of scikit-learn 1.9.1 (brier_score_loss, average_precision_score) and of the definition in numpy (calibration
// error with 15 bins, specificity from the confusion matrix) for the golden inputs, softmax in double precision.
TEST(ClassificationMetrics, OfProbabilitiesAreThoseOfScikitLearn) {
  const Json file = test::golden_json("classification_metrics.json");
  const std::array<double, 3> calibration{0.23941294445291433, 0.17906120349054383, 0.18547832913121565};
  const std::array<double, 3> brier{0.30337255440933064, 0.2503005216132319, 0.72004652341443};
  const std::array<double, 3> specificity{0.36, 0.6363636363636364, 0.6451681150929272};
  for (std::size_t i = 0; i < file.size(); ++i) {
    SCOPED_TRACE(file[i]["name"].get<std::string>());
    const ClassificationMetrics metrics = classify_metrics(golden_cases(file[i]));
    EXPECT_NEAR(metrics.calibration_error, calibration[i], 1e-7);
    EXPECT_NEAR(metrics.brier, brier[i], 1e-7);
    EXPECT_NEAR(metrics.specificity, specificity[i], 1e-9);
  }
  EXPECT_NEAR(classify_metrics(golden_cases(file[2])).average_precision, 0.35979884721742145, 1e-9);
}

TEST(ClassificationMetrics, OfFourCasesAreThoseCountedByHand) {
  const ClassificationCases cases{
      .classes = 2, .labels = {0, 0, 1, 1}, .probabilities = {0.9, 0.1, 0.4, 0.6, 0.5, 0.5, 0.2, 0.8}};
  const ClassificationMetrics metrics = classify_metrics(cases);
  EXPECT_EQ(metrics.confusion, (std::vector<std::size_t>{1, 1, 1, 1})); // the tie of case 2 takes class 0
  EXPECT_DOUBLE_EQ(metrics.accuracy, 0.5);
  EXPECT_DOUBLE_EQ(metrics.sensitivity, 0.5);
  EXPECT_DOUBLE_EQ(metrics.specificity, 0.5);
  EXPECT_DOUBLE_EQ(metrics.auc, 0.75);
  EXPECT_DOUBLE_EQ(metrics.average_precision, 0.5 * 1 + 0.5 * 2 / 3);
  EXPECT_NEAR(metrics.brier, (0.01 + 0.36 + 0.25 + 0.04) / 4, 1e-12);
  // Two bins: confidence 0.5 (wrong) in the lower; 0.9, 0.6, 0.8 (right, wrong, right) in the upper.
  EXPECT_NEAR(classify_metrics(cases, {.calibration_bins = 2}).calibration_error, (0.5 + 0.3) / 4, 1e-12);
}

TEST(ClassificationMetrics, LeaveAClassWithoutReferenceCasesOutOfMacroMeans) {
  const ClassificationCases cases{.classes = 3, .labels = {0, 1}, .probabilities = {0.8, 0.1, 0.1, 0.2, 0.7, 0.1}};
  const ClassificationMetrics metrics = classify_metrics(cases);
  EXPECT_DOUBLE_EQ(metrics.balanced_accuracy, 1);
  EXPECT_DOUBLE_EQ(metrics.f1_macro, 1);
  EXPECT_DOUBLE_EQ(metrics.auc, 1);
}

TEST(ClassificationMetrics, RefuseInputsWithoutAValue) {
  EXPECT_THROW(classify_metrics({.classes = 2, .labels = {1, 1}, .probabilities = {0.5, 0.5, 0.1, 0.9}}), Error);
  EXPECT_THROW(classify_metrics({.classes = 2, .labels = {0, 2}, .probabilities = {0.5, 0.5, 0.1, 0.9}}), Error);
  EXPECT_THROW(classify_metrics({.classes = 2, .labels = {0, 1}, .probabilities = {0.5, 0.5, NAN, 0.9}}), Error);
  EXPECT_THROW(classify_metrics({.classes = 2, .labels = {0, 1}, .probabilities = {0.5, 0.5}}), Error);
}

TEST(Ranking, OfReversedScoresIsTheComplement) {
  const std::vector<float> draws = test::fill("ranking", 101);
  std::vector<double> scores;
  std::vector<double> reversed;
  std::vector<bool> positive;
  for (std::size_t i = 0; i < draws.size(); ++i) {
    scores.push_back(std::round(draws[i] * 10));
    reversed.push_back(-scores.back());
    positive.push_back(i % 3 == 0);
  }
  EXPECT_NEAR(area_under_curve(scores, positive) + area_under_curve(reversed, positive), 1, 1e-12);
}

TEST(Resample, WithinClassesKeepsTheLabelsAndDrawsRowsOfTheSameClass) {
  const ClassificationCases cases{
      .classes = 2, .labels = {0, 0, 0, 1, 1}, .probabilities = {0.91, 0.09, 0.92, 0.08, 0.93, 0.07, 0.14, 0.86, 0.15, 0.85}};
  const ClassificationCases drawn = resample_within_classes(cases, 3, 7);
  EXPECT_EQ(drawn.labels, cases.labels);
  ASSERT_EQ(drawn.probabilities.size(), cases.probabilities.size());
  for (std::size_t i = 0; i < drawn.labels.size(); ++i) {
    EXPECT_EQ(drawn.probabilities[2 * i] > 0.5, drawn.labels[i] == 0);
  }
  EXPECT_EQ(drawn.probabilities, resample_within_classes(cases, 3, 7).probabilities);
}

} // namespace
} // namespace brainmvp::metrics
