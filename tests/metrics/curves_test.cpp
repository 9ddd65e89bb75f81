#include "metrics/curves.h"

#include <gtest/gtest.h>

#include "metrics/ranking.h"

namespace brainmvp::metrics {
namespace {

TEST(Curves, TheRocCurveGoesThroughEachScoreOnceAndHasItsArea) {
  const std::vector<double> scores{0.9, 0.6, 0.6, 0.1};
  const std::vector<bool> positive{true, true, false, false};
  const std::vector<RocPoint> curve = roc_curve(scores, positive);
  ASSERT_EQ(curve.size(), 4U);
  const std::vector<std::pair<double, double>> expected{{0, 0}, {0, 0.5}, {0.5, 1}, {1, 1}};
  double area = 0;
  for (std::size_t i = 0; i < curve.size(); ++i) {
    EXPECT_EQ(curve[i].false_positive_rate, expected[i].first);
    EXPECT_EQ(curve[i].true_positive_rate, expected[i].second);
    if (i > 0) {
      area += (curve[i].false_positive_rate - curve[i - 1].false_positive_rate) *
              (curve[i].true_positive_rate + curve[i - 1].true_positive_rate) / 2;
    }
  }
  EXPECT_DOUBLE_EQ(area, area_under_curve(scores, positive));
}

TEST(Curves, ACalibrationBinHoldsTheMeansOfItsCases) {
  const ClassificationCases cases{.classes = 2, .labels = {0, 1, 1}, .probabilities = {0.6, 0.4, 0.7, 0.3, 0.0, 1.0}};
  const std::vector<CalibrationBin> curve = calibration_curve(cases, 4);
  ASSERT_EQ(curve.size(), 4U);
  EXPECT_EQ(curve[1].cases, 0U);
  EXPECT_EQ(curve[2].cases, 2U);
  EXPECT_DOUBLE_EQ(curve[2].confidence, 0.65);
  EXPECT_DOUBLE_EQ(curve[2].accuracy, 0.5);
  EXPECT_EQ(curve[3].cases, 1U);
  EXPECT_EQ(curve[3].accuracy, 1);
}

TEST(Curves, EvenBinsHoldEqualNumbersOfCasesInOrderOfConfidence) {
  const ClassificationCases cases{
      .classes = 2, .labels = {0, 1, 1, 0}, .probabilities = {0.6, 0.4, 0.7, 0.3, 0.0, 1.0, 0.9, 0.1}};
  const std::vector<CalibrationBin> curve = even_calibration_curve(cases, 2);
  ASSERT_EQ(curve.size(), 2U);
  EXPECT_EQ(curve[0].cases, 2U);
  EXPECT_DOUBLE_EQ(curve[0].confidence, 0.65);
  EXPECT_DOUBLE_EQ(curve[0].accuracy, 0.5);
  EXPECT_DOUBLE_EQ(curve[1].confidence, 0.95);
  EXPECT_DOUBLE_EQ(curve[1].accuracy, 1);
  EXPECT_EQ(even_calibration_curve(cases, 15).size(), 4U); // never more bins than cases
}

} // namespace
} // namespace brainmvp::metrics
