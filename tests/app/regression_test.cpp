// Regression as a user meets it: prepare, finetune regress, predict, evaluate, report.
#include "app/run_checks.h"
#include "io/image_file.h"
#include "support/support.h"

namespace brainmvp {
namespace {
namespace fs = std::filesystem;
using test::contains;
using test::ProcessResult;
using Arguments = std::vector<std::string>;

// Eight heads of another brightness gradient each, with an age and a volume.
class Regression : public testing::Test {
protected:
  static void SetUpTestSuite() {
    folder_ = new test::TemporaryFolder;
    nlohmann::json list{{"training", nlohmann::json::array()}, {"validation", nlohmann::json::array()}};
    std::string people = "participant_id\tage\tml\n";
    for (int i = 0; i < 8; ++i) {
      const std::string id = "p" + std::to_string(i);
      image::Volume head{.size = {18, 20, 16}, .affine = {}, .data = test::fill(id, std::size_t{18 * 20 * 16})};
      for (std::size_t voxel = 0; voxel < head.data.size(); ++voxel) {
        head.data[voxel] += 2 + static_cast<float>(i) * static_cast<float>(voxel % 18) / 18;
      }
      io::write_nifti(path(id + "_t1.nii.gz"), head);
      list[i < 5 ? "training" : "validation"].push_back({{"id", id}, {"image", {id + "_t1.nii.gz"}}, {"modality", {"t1"}}});
      people += id + "\t" + std::to_string(50 + 3 * i) + "\t" + std::to_string(1300 - 20 * i) + "\n";
    }
    test::write_text(path("studies.json"), list.dump());
    test::write_text(path("people.tsv"), people);
    run({"prepare", path("studies.json"), "-o", path("store")});
    for (const char* seed : {"1", "2"}) {
      run({"finetune",
           "regress",
           path("store"),
           "-o",
           path("run" + std::string(seed)),
           "--init",
           "scratch",
           "--recipe",
           "tiny",
           "--crop",
           "16",
           "--threads",
           "1",
           "--precision",
           "fp32",
           "--seed",
           seed,
           "--steps",
           "4",
           "--batch-size",
           "2",
           "--validate-every",
           "4",
           "--targets-from",
           people_of("age,ml")});
    }
    run({"predict", last(1), path("studies.json"), "-o", path("predicted"), "--threads", "1", "--precision", "fp32"});
  }
  static void TearDownTestSuite() {
    delete folder_;
    folder_ = nullptr;
  }

  static std::string run(const Arguments& arguments) {
    const ProcessResult result = test::run_brainmvp(arguments);
    EXPECT_EQ(result.exit_code, 0) << arguments.front() << ": " << result.err;
    return result.out;
  }
  static std::string path(const std::string& name) { return *folder_ / name; }
  static std::string people_of(const std::string& columns) { return path("people.tsv") + ":" + columns; }
  static std::string last(int number) { return path("run" + std::to_string(number)) + "/checkpoints/last.pt"; }

  // Cells of a table of predictions, without its head.
  static std::vector<std::vector<std::string>> cells(const std::string& folder) {
    std::vector<std::vector<std::string>> rows;
    std::istringstream lines(test::read_text(path(folder) + "/predictions.tsv"));
    for (std::string line; std::getline(lines, line);) {
      std::vector<std::string>& row = rows.emplace_back();
      std::istringstream words(line);
      for (std::string word; std::getline(words, word, '\t');) {
        row.push_back(word);
      }
    }
    return rows;
  }

private:
  static test::TemporaryFolder* folder_;
};
test::TemporaryFolder* Regression::folder_ = nullptr;

TEST_F(Regression, PredictsInTheUnitsOfTheTable) {
  const auto rows = cells("predicted");
  ASSERT_EQ(rows.size(), 9U);
  EXPECT_EQ(rows[0], (std::vector<std::string>{"case", "age", "ml"}));
  double error = 0;
  for (std::size_t i = 6; i < 9; ++i) { // the validation studies
    EXPECT_EQ(rows[i][0], "p" + std::to_string(i - 1));
    error += std::abs(std::stod(rows[i][1]) - (50 + 3 * (static_cast<double>(i) - 1))) / 3;
  }
  const double validated = test::metrics(path("run1")).back()["validation_mae_age"];
  EXPECT_NEAR(error, validated, 1e-3 * validated); // the store rounds intensities
  const auto sidecar = nlohmann::json::parse(test::read_text(path("predicted") + "/predictions.json"));
  EXPECT_EQ(sidecar["task"], "regress");
  EXPECT_EQ(sidecar["targets"], nlohmann::json::parse(R"(["age", "ml"])"));
}

TEST_F(Regression, AnEnsembleIsTheMean) {
  run({"predict", last(2), path("studies.json"), "-o", path("other"), "--threads", "1", "--precision", "fp32"});
  run({"predict", last(1), last(2), path("studies.json"), "-o", path("both"), "--threads", "1", "--precision", "fp32"});
  const auto first = cells("predicted");
  const auto second = cells("other");
  const auto both = cells("both");
  EXPECT_NE(first[1][1], second[1][1]);
  for (std::size_t i = 1; i < both.size(); ++i) {
    for (std::size_t column : {1U, 2U}) {
      EXPECT_NEAR(std::stod(both[i][column]), (std::stod(first[i][column]) + std::stod(second[i][column])) / 2, 1e-9);
    }
  }
}

TEST_F(Regression, EvaluatesAsNumpyDoesAndGoesIntoTheReport) {
  run({"predict", last(2), path("studies.json"), "-o", path("second"), "--threads", "1", "--precision", "fp32"});
  const std::string out = path("numbers.json");
  run({"evaluate", path("predicted/predictions.tsv"), "--regression", "--reference", path("studies.json"), "--targets-from",
       people_of("age,ml"), "--compare", path("second"), "-o", out});
  const ProcessResult python = test::run_python(R"py(
import sys, json, numpy as np
j = json.load(open(sys.argv[1]))
assert j["targets"] == ["age", "ml"] and len(j["cases"]) == 8
for target in j["targets"]:
    t, p = (np.array([c[f"{target}_{w}"] for c in j["cases"]]) for w in ("true", "predicted"))
    e = p - t
    wanted = {"mae": np.abs(e).mean(), "rmse": np.sqrt((e ** 2).mean()), "r2": 1 - (e ** 2).sum() / ((t - t.mean()) ** 2).sum(),
              "pearson_r": np.corrcoef(t, p)[0, 1]}
    s = j["summary"][target]
    assert list(s) == list(wanted), list(s)
    for name, value in wanted.items():
        assert abs(s[name]["value"] - value) < 1e-6 * max(1, abs(value)), (target, name, s[name], value)
        low, high = s[name]["interval"]
        assert low <= s[name]["value"] <= high, (target, name, s[name])
    assert 0 < j["comparison"]["wilcoxon"][target]["p"] <= 1
)py",
                                                {out});
  EXPECT_EQ(python.exit_code, 0) << python.err;
  run({"report", path("run1"), "--evaluation", out, "-o", path("page.html")});
  const std::string page = test::read_text(path("page.html"));
  for (const char* part : {"<section id=\"regression\"", "class=\"scatter\"", ": predicted over true age", ">predicted age<",
                           "Pearson r", "Paired comparison", "regression"}) {
    EXPECT_TRUE(contains(page, part)) << part;
  }
  EXPECT_FALSE(contains(page, ">p3<")) << "names of cases stay out";
}

TEST_F(Regression, TablesOfTwoCasesSayWhatIsUndefined) {
  test::write_text(path("few_truth.tsv"), "case\tage\na\t60\nb\t70\n");
  test::write_text(path("few.tsv"), "case\tage\na\t61\nb\t69\n");
  const std::string text = run({"evaluate", path("few.tsv"), "--regression", "--reference", path("few_truth.tsv")});
  EXPECT_TRUE(contains(text, "undefined") && contains(text, "fewer than 3 cases")) << text;
  run({"evaluate", path("few.tsv"), "--regression", "--reference", path("few_truth.tsv"), "-o", path("few_out.tsv")});
  EXPECT_TRUE(contains(test::read_text(path("few_out.summary.tsv")), "age\tr2\tNA\tNA\tNA"));
  EXPECT_EQ(test::read_text(path("few_out.tsv")), "case\tage_true\tage_predicted\na\t60\t61\nb\t70\t69\n");
  run({"evaluate", path("few.tsv"), "--regression", "--reference", path("few_truth.tsv"), "-o", path("few_out.json")});
  run({"report", path("run1"), "--evaluation", path("few_out.json"), "-o", path("few.html")});
  EXPECT_TRUE(contains(test::read_text(path("few.html")), "undefined: fewer than 3 cases"));
}

TEST_F(Regression, OfOneCaseHasNoInterval) {
  test::write_text(path("one_truth.tsv"), "case\tage\na\t60\n");
  test::write_text(path("one.tsv"), "case\tage\na\t61\n");
  const std::vector<std::string> command{"evaluate", path("one.tsv"), "--regression", "--reference", path("one_truth.tsv")};
  Arguments with_csv = command;
  with_csv.insert(with_csv.end(), {"--csv", path("one.csv"), "-o", path("one.json")});
  const std::string text = run(with_csv);
  EXPECT_TRUE(contains(text, "One case: no intervals") && contains(text, "none")) << text;
  EXPECT_EQ(test::read_text(path("one.csv")), "case,age_true,age_predicted,predictions\na,60,61," + path("one.tsv") + "\n");
  const auto mae = nlohmann::json::parse(test::read_text(path("one.json")))["summary"]["age"]["mae"];
  EXPECT_EQ(mae["value"], 1);
  EXPECT_TRUE(mae["interval"].is_null()) << mae;
}

TEST_F(Regression, IsRefusedWhereClassesAreExpected) {
  const auto refused = [](const Arguments& arguments, int code, const std::string& part) {
    const ProcessResult result = test::run_brainmvp(arguments);
    EXPECT_EQ(result.exit_code, code) << result.err;
    EXPECT_TRUE(contains(result.err, part)) << part << "\n" << result.err;
  };
  const std::string table = path("predicted/predictions.tsv");
  test::write_text(path("classes.tsv"), "case\tclass\np0\tA\np1\tB\n");
  refused({"evaluate", table, "--classification", "--reference", path("classes.tsv")}, 4, "one column prob_<class>");
  refused({"evaluate", table, "--regression", "--classification", "--reference", path("classes.tsv")}, 2, "--regression");
  refused({"evaluate", table, "--regression", "--reference", path("classes.tsv")}, 4, "found: age, ml");
  refused({"evaluate", table, "--regression", "--reference", path("studies.json")}, 2, "--targets-from");
  refused({"evaluate", table, "--regression", "--reference", path("studies.json"), "--targets-from", people_of("weight")}, 4,
          "no column 'weight'");
  refused({"evaluate", table, "--regression", "--reference", path("studies.json"), "--targets-from", people_of("age,Ml")}, 4,
          "called as those of the truth: age, Ml");
  refused({"evaluate", table, "--reference", path("studies.json"), "--targets-from", people_of("age")}, 2, "--regression");
  refused({"finetune", "classify", path("store"), "-o", path("run1"), "--init", "scratch", "--resume"}, 2, "targets");
}

} // namespace
} // namespace brainmvp
