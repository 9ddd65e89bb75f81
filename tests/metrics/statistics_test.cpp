#include "metrics/statistics.h"

#include <cmath>

#include "base/error.h"
#include "metrics/paired.h"
#include "support/support.h"

namespace brainmvp::metrics {
namespace {

TEST(Quantile, InterpolatesBetweenRanksAsNumpy) {
  std::vector<double> values{3, 1, 4, 1, 5, 9, 2, 6};
  EXPECT_NEAR(quantile(values, 0.95), 7.95, 1e-12);
  EXPECT_DOUBLE_EQ(median(values), 3.5);
  EXPECT_EQ(quantile(values, 0), 1);
  EXPECT_EQ(quantile(values, 1), 9);
}

TEST(Bootstrap, IsReproducibleAndChangesWithTheSeed) {
  const std::vector<double> values{0.1, 0.9, 0.5, 0.7, 0.3, 0.8};
  const Summary first = summarise(values, {.resamples = 500, .seed = 3});
  const Summary again = summarise(values, {.resamples = 500, .seed = 3});
  const Summary other = summarise(values, {.resamples = 500, .seed = 4});
  EXPECT_EQ(first.mean_interval.low, again.mean_interval.low);
  EXPECT_EQ(first.median_interval.high, again.median_interval.high);
  EXPECT_NE(first.mean_interval.low, other.mean_interval.low);
  EXPECT_EQ(first.mean, other.mean);
}

TEST(Bootstrap, OfTheMeanHasTheWidthOfItsStandardError) {
  std::vector<double> values;
  for (const float value : test::fill("bootstrap", 400)) {
    values.push_back(value);
  }
  const Summary summary = summarise(values, {.resamples = 4000});
  const double standard_error = 1 / std::sqrt(3.0) / 20; // uniform in [-1, 1), 400 cases
  EXPECT_NEAR(summary.mean_interval.high - summary.mean_interval.low, 2 * 1.96 * standard_error, 0.08 * 4 * standard_error);
  EXPECT_LT(summary.mean_interval.low, summary.mean);
  EXPECT_GT(summary.mean_interval.high, summary.mean);
}

TEST(Bootstrap, OfEqualValuesHasNoWidth) {
  const Summary summary = summarise(std::vector<double>{2, 2, 2}, {.resamples = 50});
  EXPECT_EQ(summary.mean_interval.low, 2);
  EXPECT_EQ(summary.median_interval.high, 2);
}

TEST(Bootstrap, OfThreeCasesHasTheExactQuantiles) {
  // Means of 27 equally likely resamples of {0, 0, 3}: 0 (8), 1 (12), 2 (6), 3 (1); 1/27 lies above the 97.5% quantile.
  const Summary summary = summarise(std::vector<double>{0, 0, 3}, {.resamples = 5000});
  EXPECT_EQ(summary.mean_interval.low, 0);
  EXPECT_EQ(summary.mean_interval.high, 3);
}

TEST(Bootstrap, OfOneCaseIsNotKnown) {
  EXPECT_FALSE(summarise(std::vector<double>{2}).mean_interval.known);
  EXPECT_FALSE(summarise(std::vector<double>{2}).median_interval.known);
  EXPECT_TRUE(summarise(std::vector<double>{2, 3}).mean_interval.known);
}

TEST(Summary, RefusesAValueThatWouldDropOut) {
  EXPECT_THROW(summarise(std::vector<double>{0.5, NAN}), Error);
  EXPECT_THROW(summarise(std::vector<double>{}), Error);
}

TEST(Wilcoxon, IsExactForTheTextbookPairs) {
  // Hamilton depression scale (Hollander and Wolfe 1973), as in scipy and R: V = 40, p = 0.0390625.
  const WilcoxonResult drug =
      wilcoxon_signed_rank(std::vector<double>{0.952, -0.147, 1.022, 0.43, 0.62, 0.59, 0.49, -0.08, 0.01});
  EXPECT_EQ(drug.positive_ranks, 40);
  EXPECT_EQ(drug.negative_ranks, 5);
  EXPECT_NEAR(drug.p, 0.0390625, 1e-12);
  EXPECT_TRUE(drug.exact);
  // Darwin's maize (scipy's example): p = 0.041259765625.
  const WilcoxonResult maize =
      wilcoxon_signed_rank(std::vector<double>{6, 8, 14, 16, 23, 24, 28, 29, 41, -48, 49, 56, 60, -67, 75});
  EXPECT_EQ(maize.negative_ranks, 24);
  EXPECT_NEAR(maize.p, 0.041259765625, 1e-12);
}

// p by enumeration of all sign patterns of the mean ranks.
double enumerated_p(const std::vector<double>& ranks, double smaller_sum) {
  double tail = 0;
  for (std::size_t pattern = 0; pattern < std::size_t{1} << ranks.size(); ++pattern) {
    double sum = 0;
    for (std::size_t i = 0; i < ranks.size(); ++i) {
      sum += (pattern >> i & 1) != 0 ? ranks[i] : 0;
    }
    tail += sum <= smaller_sum ? 1 : 0;
  }
  return std::min(1.0, 2 * tail / std::pow(2.0, static_cast<double>(ranks.size())));
}

TEST(Wilcoxon, WithTiesAndZerosCountsAllSignPatterns) {
  const WilcoxonResult result = wilcoxon_signed_rank(std::vector<double>{0, 1, -1, 2, 2, 2, 0, 5, -3, 4, 4});
  EXPECT_EQ(result.zeros, 2U);
  EXPECT_EQ(result.used, 9U);
  EXPECT_EQ(result.negative_ranks, 1.5 + 6);
  EXPECT_EQ(result.positive_ranks, 45 - 7.5);
  EXPECT_NEAR(result.p, enumerated_p({1.5, 1.5, 4, 4, 4, 6, 7.5, 7.5, 9}, 7.5), 1e-12);
}

TEST(Wilcoxon, TakesNoRoundingForADifference) {
  std::vector<double> thirds{1 - 2.0 / 3, 2.0 / 3 - 1.0 / 3, -(2.0 / 3 - 1.0 / 3), 1.0 / 3, 0.1 + 0.2 - 0.3};
  ASSERT_NE(thirds[0], thirds[3]);
  ASSERT_NE(thirds[4], 0);
  const WilcoxonResult result = wilcoxon_signed_rank(thirds);
  EXPECT_EQ(result.zeros, 1U);
  EXPECT_EQ(result.positive_ranks, 7.5);
  EXPECT_EQ(result.negative_ranks, 2.5);
  EXPECT_EQ(result.p, 0.625); // 10 of 16 patterns
  // A value of 1e6 is known to 1e-10: its difference of 1e-9 is none, and that of 0.5 is.
  const PairedComparison large = compare_paired(std::vector<double>{1e6 + 1e-9, 1e6}, std::vector<double>{1e6, 1e6 - 0.5});
  EXPECT_EQ(large.wilcoxon.zeros, 1U);
  EXPECT_EQ(large.wilcoxon.used, 1U);
}

TEST(Wilcoxon, OfManyCasesIsScipysApproximation) {
  std::vector<double> tied;
  for (const float value : test::fill("wilcoxon.x", 60)) {
    tied.push_back(std::nearbyint((value + 0.2) * 8) / 8);
  }
  const WilcoxonResult with_ties = wilcoxon_signed_rank(tied);
  EXPECT_EQ(with_ties.zeros, 2U);
  EXPECT_FALSE(with_ties.exact);
  EXPECT_EQ(std::min(with_ties.positive_ranks, with_ties.negative_ranks), 474.5);
  EXPECT_NEAR(with_ties.p, 0.0030808620349635084, 1e-12);
  std::vector<double> untied;
  for (const float value : test::fill("wilcoxon.y", 40)) {
    untied.push_back(value + 0.1);
  }
  EXPECT_NEAR(wilcoxon_signed_rank(untied).p, 0.12544647422396138, 1e-12);
}

TEST(Wilcoxon, WithoutDifferencesHasNoEvidence) {
  const WilcoxonResult result = wilcoxon_signed_rank(std::vector<double>{0, 0, 0});
  EXPECT_EQ(result.p, 1);
  EXPECT_EQ(result.used, 0U);
}

TEST(Paired, OfSetsOfDifferentLengthIsRefused) {
  EXPECT_THROW(compare_paired(std::vector<double>{1, 2}, std::vector<double>{1}), Error);
}

TEST(Paired, TurnsItsSignWithTheOrder) {
  const std::vector<double> a{0.8, 0.7, 0.9, 0.6, 0.5};
  const std::vector<double> b{0.7, 0.75, 0.6, 0.5, 0.45};
  const PairedComparison forward = compare_paired(a, b, {.resamples = 300});
  const PairedComparison backward = compare_paired(b, a, {.resamples = 300});
  EXPECT_NEAR(forward.difference.mean, -backward.difference.mean, 1e-15);
  EXPECT_NEAR(forward.difference.mean_interval.low, -backward.difference.mean_interval.high, 1e-15);
  EXPECT_EQ(forward.wilcoxon.p, backward.wilcoxon.p);
}

} // namespace
} // namespace brainmvp::metrics
