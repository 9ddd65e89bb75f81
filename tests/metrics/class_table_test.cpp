#include "metrics/class_table.h"

#include "base/error.h"
#include "metrics/class_evaluation.h"
#include "support/support.h"

namespace brainmvp::metrics {
namespace {

class ClassTables : public testing::Test {
protected:
  ReferenceClasses reference(const std::string& text, const std::string& predicted_columns = "case\tprob_LGG\tprob_HGG\n") {
    test::write_text(folder_ / "reference.tsv", text);
    test::write_text(folder_ / "columns.tsv", predicted_columns);
    return read_reference_classes(folder_ / "reference.tsv", {}, folder_ / "columns.tsv");
  }
  ClassTable predictions(const std::string& text, const ReferenceClasses& classes) {
    test::write_text(folder_ / "predictions.tsv", text);
    return read_class_table({folder_ / "predictions.tsv"}, classes);
  }
  std::string refusal(const std::string& text) {
    try {
      predictions(text, reference("case\tclass\na\tHGG\nb\tLGG\n"));
    } catch (const Error& error) {
      return error.message();
    }
    return "nothing was thrown";
  }
  test::TemporaryFolder folder_;
};

TEST_F(ClassTables, FollowTheOrderOfTheReferenceNotOfTheRows) {
  const ClassTable table = predictions("prob_LGG\tcase\tprob_HGG\textra\r\n0.25\tb\t0.75\tx\r\n\r\n1\ta\t0\ty\r\n",
                                       reference("case\tclass\na\tLGG\nb\tHGG\n"));
  EXPECT_EQ(table.classes, (std::vector<std::string>{"LGG", "HGG"}));
  EXPECT_EQ(table.case_names, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(table.cases.labels, (std::vector<std::size_t>{0, 1}));
  EXPECT_EQ(table.cases.probabilities, (std::vector<double>{1, 0, 0.25, 0.75}));
}

TEST_F(ClassTables, TakeClassesFromAStudiesFile) {
  test::write_text(folder_ / "studies.json", R"({"classes": ["LGG", "HGG"],
    "training": [{"id": "t", "image": "t_t1.nii", "class": "LGG"}],
    "test": [{"id": "a", "image": "a_t1.nii", "class": "HGG"}, {"id": "n", "image": "n_t1.nii"}]})");
  const std::vector<study::Split> splits{study::Split::kTest};
  const ReferenceClasses classes = read_reference_classes(folder_ / "studies.json", splits, {});
  EXPECT_EQ(classes.classes, (std::vector<std::string>{"LGG", "HGG"}));
  ASSERT_EQ(classes.of_cases.size(), 1U);
  EXPECT_EQ(classes.of_cases[0].second, "HGG");
}

TEST_F(ClassTables, LeaveOutCasesWhoseClassIsNotKnown) {
  const std::string text = "case\tclass\na\tHGG\nb\tLGG\nc\tn/a\nd\t\ne\tnone\n";
  const ReferenceClasses known = reference(text);
  EXPECT_EQ(known.unknown, (std::vector<std::string>{"c", "d", "e"}));
  const std::string rows = "a\t0\t1\nb\t1\t0\nc\t1\t0\n";
  const ClassTable table = predictions("case\tprob_LGG\tprob_HGG\n" + rows, known);
  EXPECT_EQ(table.classes, (std::vector<std::string>{"LGG", "HGG"}));
  EXPECT_EQ(table.case_names, (std::vector<std::string>{"a", "b"}));
  const ReferenceClasses of_none = reference(text, "case\tprob_LGG\tprob_HGG\tprob_none\n");
  EXPECT_EQ(of_none.of_cases.back(), (std::pair<std::string, std::string>{"e", "none"})) << "a class of that name";
  EXPECT_EQ(of_none.unknown, (std::vector<std::string>{"c", "d"}));
}

TEST_F(ClassTables, RefuseWhatCannotBeUsedAndSayWhere) {
  const std::string head = "case\tprob_LGG\tprob_HGG\n";
  EXPECT_NE(refusal(head + "a\t0.5\t0.5\nb\t0.5\t0.6\n").find("line 3"), std::string::npos);
  EXPECT_NE(refusal(head + "a\t0.5\t0.5\nb\t0.5\tnan\n").find("'nan'"), std::string::npos);
  EXPECT_NE(refusal(head + "a\t0.5\t0.5\na\t0.5\t0.5\n").find("twice"), std::string::npos);
  EXPECT_NE(refusal(head + "a\t0.5\t0.5\n").find("'b'"), std::string::npos);
  EXPECT_NE(refusal(head + "a\t1\t0\nb\t1\t0\nc\t1\t0\n").find("'c'"), std::string::npos);
  EXPECT_NE(refusal(head + "a\t1\n").find("line 2"), std::string::npos);
  EXPECT_NE(refusal("case\tprob_LGG\na\t1\nb\t1\n").find("HGG"), std::string::npos);
  EXPECT_NE(refusal("name\tprob_LGG\tprob_HGG\na\t1\t0\nb\t1\t0\n").find("'case'"), std::string::npos);
}

TEST(CompareClasses, OfASetWithItselfFindsNothing) {
  const ClassificationCases cases{
      .classes = 2, .labels = {0, 0, 1, 1, 1}, .probabilities = {0.9, 0.1, 0.4, 0.6, 0.2, 0.8, 0.6, 0.4, 0.1, 0.9}};
  const ClassificationComparison comparison = compare_classes(cases, cases, {}, {.resamples = 100});
  for (const ClassificationRow& row : comparison.differences) {
    EXPECT_EQ(row.value, 0) << row.metric;
    EXPECT_EQ(row.interval.low, 0) << row.metric;
    EXPECT_EQ(row.interval.high, 0) << row.metric;
  }
  EXPECT_EQ(comparison.wilcoxon.p, 1);
}

TEST(SummariseClasses, OfOneCaseOfEachClassHasNoInterval) {
  ClassificationCases cases{.classes = 2, .labels = {0, 1}, .probabilities = {0.9, 0.1, 0.4, 0.6}};
  EXPECT_FALSE(summarise_classes(cases, {}, {.resamples = 10})[0].interval.known);
  cases.labels.push_back(1);
  cases.probabilities.insert(cases.probabilities.end(), {0.2, 0.8});
  EXPECT_TRUE(summarise_classes(cases, {}, {.resamples = 10})[0].interval.known);
}

} // namespace
} // namespace brainmvp::metrics
