// `brainmvp finetune regress`: numbers from a table.
#include "app/finetune_runs.h"

namespace brainmvp {
namespace {
namespace fs = std::filesystem;
using test::contains;
using test::metrics;
using test::ProcessResult;

class FinetuneNumbers : public test::FinetuneRuns {
protected:
  // Options that take columns of a table of these rows.
  static Arguments from(const std::string& columns, const std::string& rows) {
    const fs::path table = run("people.tsv");
    test::write_text(table, rows);
    return {"--targets-from", table.string() + ":" + columns};
  }
  static Arguments ages() {
    return from("age,ml", "id\tage\tml\nanna\t60\t3\nberta\t72\t1\ncarla\t54\t2\ndora\tNA\t5\nemma\t66\t2\nfini\t81\t7\n");
  }
  static Arguments joined(Arguments options, const Arguments& more) {
    options.insert(options.end(), more.begin(), more.end());
    return options;
  }
};

TEST_F(FinetuneNumbers, ARegressionResumesToTheBitAndRecordsItsMetrics) {
  const Arguments options = joined(ages(), {"--loss", "l1"});
  const ProcessResult straight = finetune("regress", "numbers", options);
  ASSERT_EQ(straight.exit_code, 0) << straight.err;
  for (const char* part : {"the value 'NA', which is no age: dora", "1 study is left out (no value of age and ml): dora",
                           "numbers age (62 +- 7.4", "ml (2 +- 0.8"}) {
    EXPECT_TRUE(contains(straight.err, part)) << part << "\n" << straight.err;
  }
  for (const char* name : {"validation_loss", "validation_mae_age", "validation_mae_ml"}) {
    EXPECT_TRUE(metrics(run("numbers")).back().contains(name)) << name;
  }
  EXPECT_FALSE(metrics(run("numbers")).back().contains("validation_r_age")) << "two studies have no correlation";
  ASSERT_EQ(finetune("regress", "numbers_again", joined(options, {"--stop-after", "3"})).exit_code, 0);
  ASSERT_EQ(finetune("regress", "numbers_again", {"--resume"}).exit_code, 0);
  EXPECT_EQ(metrics(run("numbers_again")), metrics(run("numbers")));
  test::expect_same_checkpoint(run("numbers") / "checkpoints/last.pt", run("numbers_again") / "checkpoints/last.pt",
                               run("numbers") / "checkpoints/step_00000002.pt", "head.weight");
}

TEST_F(FinetuneNumbers, ARunDoesNotGoOnWithOtherNumbers) {
  ASSERT_EQ(finetune("regress", "edited", joined(ages(), {"--stop-after", "2"})).exit_code, 0);
  (void)from("age,ml", "id\tage\tml\nanna\t60\t3\nberta\t72\t1\ncarla\t99\t2\nemma\t66\t2\nfini\t81\t7\n"); // the same file
  const ProcessResult result = finetune("regress", "edited", {"--resume"});
  EXPECT_EQ(result.exit_code, 2) << result.err;
  EXPECT_TRUE(contains(result.err, "have changed since the run was begun")) << result.err;
}

// The first loss is that of the untrained network's outputs against numbers of mean 0 and deviation 1.
TEST_F(FinetuneNumbers, AreStandardisedByTheTrainingStudies) {
  ASSERT_EQ(
      finetune("regress", "standard", joined(ages(), {"--steps", "1", "--batch-size", "3", "--learning-rate", "0"})).exit_code,
      0);
  const ProcessResult python = test::run_python(R"py(
import sys, json, torch
c = torch.load(sys.argv[1], weights_only=True)
assert c["task"] == "regress" and c["targets"] == ["age", "ml"] and c["classes"] == [], c["targets"]
t = torch.tensor([[60, 3], [72, 1], [54, 2]], dtype=torch.float64)
assert torch.allclose(torch.tensor(c["target_means"], dtype=torch.float64), t.mean(0)), c["target_means"]
assert torch.allclose(torch.tensor(c["target_deviations"], dtype=torch.float64), t.std(0, unbiased=False)), c["target_deviations"]
assert c["state_dict"]["head.weight"].shape[0] == 2
)py",
                                                {run("standard") / "checkpoints/last.pt"});
  EXPECT_EQ(python.exit_code, 0) << python.err;
  const double loss = metrics(run("standard")).front()["loss"];
  EXPECT_GT(loss, 0.3); // outputs near 0: the mean square of the standardised numbers, 1
  EXPECT_LT(loss, 3);
}

TEST_F(FinetuneNumbers, RefusesWhatCannotBeLearned) {
  const auto refused = [](const Arguments& options, int code, const std::string& part) {
    const ProcessResult result = finetune("regress", "bad_numbers", options);
    EXPECT_EQ(result.exit_code, code) << result.err;
    EXPECT_TRUE(contains(result.err, part)) << part << "\n" << result.err;
    EXPECT_FALSE(fs::exists(run("bad_numbers")));
  };
  refused({}, 2, "needs --targets-from");
  refused(from("age", "id\tage\nanna\t60\nberta\tabc\n"), 4, "people.tsv: line 3: column age: 'abc' is no finite number");
  refused(from("age", "id\tage\nanna\t60\nberta\tinf\n"), 4, "'inf' is no finite number");
  refused(from("weight", "id\tage\nanna\t60\n"), 4, "no column 'weight'");
  refused(from("age:name", "id\tage\nanna\t60\n"), 4, "no column 'name'");
  refused(from("case", "id\tcase\nanna\t60\nberta\t61\n"), 2, "a target cannot be called case");
  refused(from("age", "id\tage\nanna\t60\nberta\t60\ncarla\t60\nemma\t70\n"), 3,
          "target age: the numbers of the training studies go from 60 to 60");
  refused(from("age", "id\tage\nanna\t60\nemma\t70\n"), 3, "only 1 training study has a value of age");
  refused(from("age", "id\tage\nnobody\t60\n"), 3, "no training study has a value of age");
  refused(joined(ages(), {"--loss", "l3"}), 2, "--loss");
}

} // namespace
} // namespace brainmvp
