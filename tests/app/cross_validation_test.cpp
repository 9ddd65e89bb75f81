// Cross-validation as a user does it: three folds from a folder of images to one pooled table, without editing anything.
#include <set>

#include "support/support.h"

namespace brainmvp {
namespace {
namespace fs = std::filesystem;

using Arguments = std::vector<std::string>;
using test::expect_part;

// Six patients with a bright cube, each at a place of its own.
constexpr const char* kMakePatients = R"py(
import pathlib, sys, nibabel, numpy as np
for n in range(6):
    folder = pathlib.Path(sys.argv[1], f"p{n}")
    folder.mkdir(parents=True)
    image = np.random.default_rng(n).uniform(50, 60, (20, 20, 20)).astype("f4")
    label = np.zeros((20, 20, 20), "u1")
    label[4 + n:10 + n, 5:11, 6:12] = 1
    image[label > 0] += 40
    for name, data in (("flair", image), ("t1", image[::-1].copy()), ("seg", label)):
        nibabel.save(nibabel.Nifti1Image(data, np.eye(4)), folder / f"p{n}_{name}.nii.gz")
)py";

class CrossValidation : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_EQ(test::run_python(kMakePatients, {path("data")}).exit_code, 0);
    run({"index", path("data"), "-o", list(), "--folds", "3", "--seed", "1"});
    run({"prepare", list(), "-o", path("store")});
  }

  [[nodiscard]] std::string path(const std::string& name) const { return folder_ / name; }
  [[nodiscard]] std::string list() const { return path("our patients.json"); }
  [[nodiscard]] std::string run_of(int fold) const { return path("fold" + std::to_string(fold)); }
  [[nodiscard]] std::string predictions_of(int fold) const { return path("predicted" + std::to_string(fold)); }

  static test::ProcessResult run(const Arguments& arguments) {
    test::ProcessResult result = test::run_brainmvp(arguments);
    EXPECT_EQ(result.exit_code, 0) << arguments.front() << ": " << result.err;
    return result;
  }

  [[nodiscard]] std::string train(int fold) const {
    return run({"finetune", "segment", path("store"), "-o", run_of(fold), "--init", "scratch", "--fold", std::to_string(fold),
                "--crop", "16", "--steps", "1", "--threads", "1"})
        .err;
  }

private:
  test::TemporaryFolder folder_;
};

std::set<std::string> cases_of(const nlohmann::json& evaluation) {
  std::set<std::string> names;
  for (const auto& row : evaluation.at("cases")) {
    EXPECT_TRUE(names.insert(row.at("case")).second) << row.at("case") << " stands there twice";
  }
  return names;
}

TEST_F(CrossValidation, EndsInOneTableOfAllPatients) {
  Arguments evaluate{"evaluate", "--reference", list(), "-o", path("pooled.json")};
  double sum = 0;
  std::set<std::string> together;
  for (int fold = 0; fold < 3; ++fold) {
    const std::string said = train(fold);
    expect_part(said, "next: brainmvp predict " + run_of(fold) + " '" + list() + "' --fold " + std::to_string(fold) + " -o " +
                          run_of(fold) + "-predictions\n");
    run({"predict", run_of(fold), list(), "--fold", std::to_string(fold), "-o", predictions_of(fold), "--threads", "1"});
    evaluate.insert(evaluate.begin() + 1 + fold, predictions_of(fold));
    const std::string own = path("own" + std::to_string(fold) + ".json");
    run({"evaluate", predictions_of(fold), "--reference", list(), "--allow-missing", "-o", own});
    const auto evaluation = nlohmann::json::parse(test::read_text(own));
    for (const auto& row : evaluation.at("cases")) {
      if (!row.at("missing").get<bool>()) {
        sum += row.at("dice").get<double>();
        EXPECT_TRUE(together.insert(row.at("case")).second) << "predicted in two folds: " << row;
      }
    }
  }
  EXPECT_EQ(together.size(), 6U);
  run(evaluate);
  const auto pooled = nlohmann::json::parse(test::read_text(path("pooled.json")));
  EXPECT_EQ(cases_of(pooled), together);
  EXPECT_NEAR(pooled.at("summary").front().at("dice").at("mean").get<double>(), sum / 6, 1e-9);

  Arguments two = evaluate;
  two.erase(two.begin() + 1);
  two.push_back("--force");
  const test::ProcessResult refused = test::run_brainmvp(two);
  EXPECT_EQ(refused.exit_code, 4);
  expect_part(refused.err, "no prediction for p");
}

TEST_F(CrossValidation, WhatAListThatIsGoneIsCalledIsSaid) {
  fs::rename(list(), path("moved.json"));
  const std::string said = train(0);
  expect_part(said, "STUDIES.json --fold 0 ");
  expect_part(said, "where STUDIES.json lists the studies to predict");
  EXPECT_FALSE(test::contains(said, "our patients")) << said;
}

} // namespace
} // namespace brainmvp
