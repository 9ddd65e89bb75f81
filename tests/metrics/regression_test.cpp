// Metrics of predicted numbers, their intervals, and the tables that they come from.
#include "metrics/regression.h"

#include <cmath>

#include "base/error.h"
#include "metrics/regression_evaluation.h"
#include "support/support.h"

namespace brainmvp::metrics {
namespace {

TEST(Regression, HasTheValuesOfAHandComputedExample) {
  const RegressionMetrics metrics = regression_metrics({.truth = {1, 2, 3, 4}, .predicted = {1, 4, 2, 5}});
  EXPECT_DOUBLE_EQ(metrics.mae, 1);
  EXPECT_DOUBLE_EQ(metrics.rmse, std::sqrt(1.5));
  EXPECT_DOUBLE_EQ(metrics.r2, 1 - 6.0 / 5);
  EXPECT_DOUBLE_EQ(metrics.pearson, 5 / std::sqrt(50));
}

// numpy.corrcoef and 1 - SSE / SST, of 200 numbers.
TEST(Regression, AgreesWithNumpy) {
  RegressionCases cases;
  std::string text;
  const std::vector<float> noise = test::fill("noise", 200);
  for (std::size_t i = 0; const float value : test::fill("truth", 200)) {
    cases.truth.push_back(60 + 20 * value);
    cases.predicted.push_back(62 + 12 * value + 4 * noise[i++]);
    text += std::to_string(cases.truth.back()) + " " + std::to_string(cases.predicted.back()) + "\n";
    cases.truth.back() = std::stod(std::to_string(cases.truth.back()));
    cases.predicted.back() = std::stod(std::to_string(cases.predicted.back()));
  }
  const test::TemporaryFolder folder;
  test::write_text(folder / "pairs.txt", text);
  const test::ProcessResult python = test::run_python(R"py(
import sys, numpy as np
t, p = np.loadtxt(sys.argv[1]).T
e = p - t
print(*[repr(float(x)) for x in (np.abs(e).mean(), np.sqrt((e ** 2).mean()), 1 - (e ** 2).sum() / ((t - t.mean()) ** 2).sum(), np.corrcoef(t, p)[0, 1])])
)py",
                                                      {folder / "pairs.txt"});
  ASSERT_EQ(python.exit_code, 0) << python.err;
  std::istringstream expected(python.out);
  const RegressionMetrics metrics = regression_metrics(cases);
  for (const RegressionColumn& column : regression_columns()) {
    double value = NAN;
    ASSERT_TRUE(expected >> value) << python.out;
    EXPECT_NEAR(metrics.*column.value, value, 1e-12) << column.name;
  }
}

TEST(Regression, SaysWhatIsUndefinedAndMakesNoNumberUp) {
  const auto undefined = [](const RegressionCases& cases) {
    const RegressionMetrics metrics = regression_metrics(cases);
    EXPECT_TRUE(std::isfinite(metrics.mae) && std::isfinite(metrics.rmse));
    return std::string(std::isnan(metrics.r2) ? "r2 " : "") + (std::isnan(metrics.pearson) ? "r: " : ": ") +
           undefined_reason(cases);
  };
  EXPECT_EQ(undefined({.truth = {1, 2}, .predicted = {1, 3}}), "r2 r: fewer than 3 cases");
  EXPECT_EQ(undefined({.truth = {5, 5, 5}, .predicted = {1, 3, 4}}), "r2 r: the truth is the same number in every case");
  EXPECT_EQ(undefined({.truth = {1, 2, 3}, .predicted = {2, 2, 2}}), "r: the prediction is the same number in every case");
  EXPECT_EQ(undefined({.truth = {1, 2, 3}, .predicted = {2, 2, 3}}), ": ");
}

TEST(Regression, RefusesWhatIsNoNumber) {
  EXPECT_THROW(regression_metrics({}), Error);
  EXPECT_THROW(regression_metrics({.truth = {1, 2}, .predicted = {1}}), Error);
  EXPECT_THROW(regression_metrics({.truth = {1, 2, NAN}, .predicted = {1, 2, 3}}), Error);
  EXPECT_THROW(regression_metrics({.truth = {1, 2, 3}, .predicted = {1, 2, INFINITY}}), Error);
}

// Of three cases many resamples hold one truth only: they are drawn again.
TEST(Regression, IntervalsAreFiniteEvenOfThreeCases) {
  const RegressionTable table{
      .targets = {"age"}, .case_names = {"a", "b", "c"}, .cases = {{.truth = {1, 1, 2}, .predicted = {1.5, 1, 2}}}};
  const std::vector<RegressionRow> rows = summarise_numbers(table, {.resamples = 200, .seed = 1});
  ASSERT_EQ(rows.size(), 4U);
  for (const RegressionRow& row : rows) {
    ASSERT_TRUE(row.value) << row.metric;
    EXPECT_TRUE(std::isfinite(row.interval.low) && std::isfinite(row.interval.high)) << row.metric;
    EXPECT_LE(row.interval.low, *row.value);
    EXPECT_GE(row.interval.high, *row.value);
  }
  EXPECT_EQ(number_summary_tsv(rows), number_summary_tsv(summarise_numbers(table, {.resamples = 200, .seed = 1})));
}

TEST(Regression, AComparisonIsFirstMinusSecond) {
  const RegressionTable first{
      .targets = {"age"}, .case_names = {"a", "b", "c", "d"}, .cases = {{.truth = {1, 2, 3, 4}, .predicted = {1, 3, 2, 5}}}};
  RegressionTable second = first;
  second.cases[0].predicted = {1, 2, 3, 4};
  const RegressionComparison comparison = compare_numbers(first, second, {.resamples = 100});
  EXPECT_DOUBLE_EQ(comparison.differences[0].value.value(), 0.75);
  EXPECT_EQ(comparison.wilcoxon[0].used, 3U);
  EXPECT_EQ(comparison.wilcoxon[0].negative_ranks, 0);
}

class NumberTables : public testing::Test {
protected:
  // The message of what evaluating `predictions` against `truth` throws, or the warnings.
  std::string outcome(const std::string& predictions, const std::string& truth) {
    test::write_text(folder_ / "truth.tsv", truth);
    test::write_text(folder_ / "predictions.tsv", predictions);
    try {
      study::Findings findings;
      const ReferenceNumbers reference = read_reference_numbers({.path = folder_ / "truth.tsv", .targets_from = {}, .splits = {}},
                                                                folder_ / "predictions.tsv", findings);
      table_ = read_regression_table({folder_ / "predictions.tsv"}, reference);
      std::string warnings;
      for (const study::Notice& notice : findings.notices) {
        warnings += notice.text + "\n";
      }
      return warnings;
    } catch (const Error& error) {
      return error.message();
    }
  }
  test::TemporaryFolder folder_;
  RegressionTable table_;
};

TEST_F(NumberTables, PairCasesByTheirName) {
  EXPECT_EQ(outcome("case\tage\tml\nb\t2\t20\na\t1\t10\n", "ml\tcase\tage\tsex\n11\ta\t1.5\tf\n21\tb\t2.5\tm\n"), "");
  EXPECT_EQ(table_.targets, (std::vector<std::string>{"age", "ml"}));
  EXPECT_EQ(table_.case_names, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(table_.cases[0].truth, (std::vector<double>{1.5, 2.5}));
  EXPECT_EQ(table_.cases[1].predicted, (std::vector<double>{10, 20}));
}

TEST_F(NumberTables, NameWhatIsMissing) {
  using test::contains;
  const std::string truth = "case\tage\na\t1\nb\t2\n";
  EXPECT_TRUE(contains(outcome("case\tage\na\t1\n", truth), "no row for the case 'b'"));
  EXPECT_TRUE(contains(outcome("case\tage\na\t1\nb\t2\nc\t3\n", truth), "has no number for the case 'c'"));
  EXPECT_TRUE(
      contains(outcome("case\tage\na\t1\nb\t2\n", "case\tage\na\t1\nb\tNA\n"), "1 case has no true number of age; left out: b"));
  EXPECT_EQ(table_.case_names, std::vector<std::string>{"a"});
  EXPECT_TRUE(contains(outcome("case\tage\tml\na\t1\t2\nb\t2\t3\n", truth), "the column ml of"));
  EXPECT_TRUE(contains(outcome("case\tprob_AD\na\t1\nb\t0\n", truth), "found: prob_AD"));
  EXPECT_TRUE(contains(outcome("case\tage\na\t1\nb\tx\n", truth), "line 3: column age: 'x' is no finite number"));
  EXPECT_TRUE(contains(outcome("case\tage\na\t1\nb\tinf\n", truth), "line 3: column age: 'inf' is no finite number"));
  EXPECT_TRUE(contains(outcome("case\tage\na\t1\nb\t2\n", "case\tage\na\told\nb\t2\n"), "line 2: column age: 'old'"));
  EXPECT_TRUE(contains(outcome("case\tage\na\t1\na\t2\n", truth), "stands there twice"));
}

} // namespace
} // namespace brainmvp::metrics
