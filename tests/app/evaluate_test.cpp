// `evaluate` as a process: pairing, conventions, refusals, and outputs that other programs read.
#include <cmath>
#include <sstream>

#include "io/image_file.h"
#include "support/support.h"

namespace brainmvp {
namespace {

using test::contains;

// A box of `value` with its first corner at (first, 2, 2) and 4 x 3 x 2 voxels, on 12 x 10 x 8 voxels of 1 x 2 x 3 mm.
image::LabelVolume box(std::size_t first, std::int32_t value) {
  image::LabelVolume volume{.size = {12, 10, 8}, .affine = {}, .data = std::vector<std::int32_t>(960)};
  volume.affine.matrix = {{{1, 0, 0}, {0, 2, 0}, {0, 0, 3}}};
  for (std::size_t k = 2; k < 4; ++k) {
    for (std::size_t j = 2; j < 5; ++j) {
      for (std::size_t i = first; i < first + 4; ++i) {
        volume.data[volume.index(i, j, k)] = value;
      }
    }
  }
  return volume;
}

class Evaluate : public testing::Test {
protected:
  void SetUp() override {
    for (const char* folder : {"reference", "predictions", "other"}) {
      std::filesystem::create_directory(folder_ / folder);
    }
  }
  void write(const std::string& name, const image::LabelVolume& volume) {
    io::write_nifti(folder_ / name, volume, {.type = io::StoredType::kUint8});
  }
  // Arguments after `evaluate PREDICTIONS --reference REFERENCE`.
  test::ProcessResult evaluate(std::vector<std::string> more) {
    std::vector<std::string> command{"evaluate", folder_ / "predictions", "--reference", folder_ / "reference"};
    command.insert(command.end(), more.begin(), more.end());
    return test::run_brainmvp(command);
  }
  nlohmann::json evaluated(std::vector<std::string> more) {
    more.insert(more.end(), {"-f", "-o", folder_ / "x.json"});
    const test::ProcessResult result = evaluate(std::move(more));
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return nlohmann::json::parse(test::read_text(folder_ / "x.json"));
  }
  test::TemporaryFolder folder_;
};

// `p1` shifted by one voxel, `p2` empty in both, `p3` empty in the prediction.
class EvaluateThree : public Evaluate {
protected:
  void SetUp() override {
    Evaluate::SetUp();
    write("reference/p1_seg.nii.gz", box(3, 1));
    write("predictions/p1.nii.gz", box(4, 1));
    write("reference/p2_seg.nii.gz", box(0, 0));
    write("predictions/p2.nii.gz", box(0, 0));
    write("reference/p3_seg.nii.gz", box(5, 1));
    write("predictions/p3.nii.gz", box(0, 0));
  }
};

TEST_F(EvaluateThree, GivesARowACaseAndRegion) {
  const auto result = evaluated({});
  ASSERT_EQ(result["cases"].size(), 3U);
  const auto& shifted = result["cases"][0];
  EXPECT_EQ(shifted["case"], "p1");
  EXPECT_EQ(shifted["region"], "1");
  EXPECT_DOUBLE_EQ(shifted["dice"], 0.75);
  EXPECT_DOUBLE_EQ(shifted["hd95_mm"], 1);
  EXPECT_NEAR(shifted["reference_ml"].get<double>(), 24 * 6 / 1000.0, 1e-6);
  EXPECT_EQ(result["cases"][1]["dice"], 1);
  EXPECT_EQ(result["cases"][1]["hd95_mm"], 0);
  EXPECT_EQ(result["cases"][2]["dice"], 0);
  EXPECT_NEAR(result["cases"][2]["hd95_mm"].get<double>(), std::sqrt(12.0 * 12 + 20 * 20 + 24 * 24), 1e-4);
  const auto& dice = result["summary"]["1"]["dice"];
  EXPECT_EQ(dice["cases"], 3);
  EXPECT_NEAR(dice["mean"].get<double>(), 1.75 / 3, 1e-12);
  EXPECT_EQ(dice["median"], 0.75);
  EXPECT_EQ(dice["mean_interval"].size(), 2U);
  EXPECT_LE(dice["mean_interval"][0], dice["mean"]);
  EXPECT_GE(dice["mean_interval"][1], dice["mean"]);
  EXPECT_TRUE(contains(result["conventions"]["both_empty"], "Dice"));
}

TEST_F(EvaluateThree, WritesJsonThatPythonReadsWithFiniteNumbersOnly) {
  evaluated({"--compare", folder_ / "reference"});
  const auto python = test::run_python(R"(
import json, math, sys
def refuse(name): sys.exit("found " + name)
def numbers(value):
    if isinstance(value, dict): value = list(value.values())
    if isinstance(value, list): return [n for item in value for n in numbers(item)]
    assert value is not None
    return [value] if isinstance(value, float) else []
found = numbers(json.load(open(sys.argv[1]), parse_constant=refuse))
assert len(found) > 50 and all(math.isfinite(n) for n in found)
)",
                                       {folder_ / "x.json"});
  EXPECT_EQ(python.exit_code, 0) << python.err;
}

TEST_F(EvaluateThree, SaysInOneLineWhereTheConventionsAre) {
  const auto result = evaluate({});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(contains(result.out, "0.7500")) << result.out;
  EXPECT_TRUE(contains(result.out, "\nWhat the figures mean: evaluate with --conventions")) << result.out;
  EXPECT_FALSE(contains(result.out, "both_empty")) << result.out;
  const std::string whole = evaluate({"--conventions"}).out;
  EXPECT_TRUE(contains(whole, "both_empty")) << whole;
  EXPECT_TRUE(contains(whole, "none of one case")) << whole;
}

void expect_lines_of_at_most_100(const std::string& text) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_LE(line.size(), 100U) << line;
  }
}

TEST_F(Evaluate, FitsAHundredColumns) {
  std::vector<std::string> more{"--compare", folder_ / "other"};
  for (int region = 1; region <= 12; ++region) {
    more.insert(more.end(), {"--region", "a region of the brain with number " + std::to_string(region) + "=1"});
  }
  for (int i = 0; i < 3; ++i) {
    const std::string name = "sub-0123456789abcdef0123456789abcdef_ses-20260101_acq-axial_run-0" + std::to_string(i) + ".nii.gz";
    write("reference/" + name, box(3, 1));
    write("predictions/" + name, box(i == 2 ? 0 : 4, i == 2 ? 0 : 1));
    write("other/" + name, box(5, 1));
  }
  const auto result = evaluate(more);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  expect_lines_of_at_most_100(result.out.substr(result.out.find("case")));
  EXPECT_TRUE(contains(result.out, "..")) << result.out;
  EXPECT_TRUE(contains(result.out, "run-02")) << "the ends of names stay: " << result.out;
  EXPECT_TRUE(contains(result.out, "number 12")) << result.out;
}

TEST_F(EvaluateThree, WritesCasesAsCsv) {
  write("other/p1.nii.gz", box(3, 1));
  write("other/p2.nii.gz", box(0, 0));
  write("other/p3.nii.gz", box(3, 1));
  const auto done = evaluate({"--csv", folder_ / "x.csv", "--compare", folder_ / "other", "--region", "a, \"b\"=1"});
  ASSERT_EQ(done.exit_code, 0) << done.err;
  const auto python = test::run_python(R"py(
import csv, sys
rows = list(csv.DictReader(open(sys.argv[1], newline="")))
assert [r["case"] for r in rows] == ["p1", "p2", "p3"] * 2, rows
assert {r["region"] for r in rows} == {'a, "b"'}, rows
numbers = [k for k in rows[0] if k not in ("case", "region", "missing", "predictions")]
assert len(numbers) > 10 and all(float(r[k]) < 1e6 for r in rows for k in numbers)
assert rows[0]["predictions"].endswith("/predictions") and rows[3]["predictions"].endswith("/other")
assert abs(float(rows[2]["signed_volume_difference_ml"]) + 0.144) < 1e-6, rows[2]
assert abs(float(rows[2]["volume_difference_ml"]) - 0.144) < 1e-6, rows[2]
assert rows[2]["missing"] == "false"
)py",
                                       {folder_ / "x.csv"});
  EXPECT_EQ(python.exit_code, 0) << python.err;
  EXPECT_EQ(evaluate({"--csv", folder_ / "x.csv"}).exit_code, 5) << "an output that exists is refused";
  EXPECT_EQ(evaluate({"--csv", folder_ / "x.tsv", "-o", folder_ / "x.tsv"}).exit_code, 2);
  const auto piped = evaluate({"--csv", "/dev/stdout"});
  EXPECT_TRUE(piped.out.starts_with("case,region,dice,")) << piped.out;
  EXPECT_TRUE(contains(piped.err, "surface Dice")) << piped.err;
}

TEST_F(Evaluate, GivesNoIntervalOfOneCase) {
  write("reference/p1.nii.gz", box(3, 1));
  write("predictions/p1.nii.gz", box(4, 1));
  const auto result = evaluated({});
  const auto& dice = result["summary"]["1"]["dice"];
  EXPECT_EQ(dice["mean"], 0.75);
  EXPECT_TRUE(dice["mean_interval"].is_null() && dice["median_interval"].is_null()) << dice;
  const auto printed = evaluate({"-o", folder_ / "x.tsv"});
  EXPECT_TRUE(contains(printed.out, "One case: no intervals")) << printed.out;
  EXPECT_FALSE(contains(printed.out, "[")) << printed.out;
  EXPECT_TRUE(contains(test::read_text(folder_ / "x.summary.tsv"), "1\tdice\t1\t0.75\tNA\tNA\t0.75\tNA\tNA\n"));
  const auto report = test::run_brainmvp({"report", "--evaluation", folder_ / "x.json", "-o", folder_ / "x.html"});
  EXPECT_EQ(report.exit_code, 0) << report.err;
  EXPECT_FALSE(contains(test::read_text(folder_ / "x.html"), "[0.750, 0.750]"));
}

TEST_F(EvaluateThree, RepeatsItselfForAnyNumberOfThreads) {
  const auto one = evaluated({"--threads", "1", "--seed", "5"});
  EXPECT_EQ(one, evaluated({"--threads", "3", "--seed", "5"}));
  EXPECT_NE(one["summary"], evaluated({"--seed", "6", "--bootstrap", "20"})["summary"]);
}

TEST_F(EvaluateThree, WritesCasesAndSummaryAsTsv) {
  ASSERT_EQ(evaluate({"-o", folder_ / "x.tsv"}).exit_code, 0);
  const std::string cases = test::read_text(folder_ / "x.tsv");
  EXPECT_TRUE(cases.starts_with("case\tregion\tdice\thd95_mm\t")) << cases;
  EXPECT_TRUE(contains(cases, "\np1\t1\t0.75\t1\t")) << cases;
  EXPECT_TRUE(contains(test::read_text(folder_ / "x.summary.tsv"), "\n1\thd95_mm\t3\t"));
  EXPECT_EQ(evaluate({"-o", folder_ / "x.tsv"}).exit_code, 5) << "an output that exists is refused";
  EXPECT_EQ(evaluate({"-o", folder_ / "x.txt"}).exit_code, 2);
}

TEST_F(EvaluateThree, ComparesTwoSetsCaseByCase) {
  write("other/p1.nii.gz", box(3, 1));
  write("other/p2.nii.gz", box(0, 0));
  write("other/p3.nii.gz", box(5, 1));
  const auto result = evaluated({"--compare", folder_ / "other"});
  const auto& dice = result["comparison"]["differences"]["1"]["dice"];
  EXPECT_NEAR(dice["mean_difference"].get<double>(), -1.25 / 3, 1e-12);
  EXPECT_EQ(dice["zero_differences"], 1);
  EXPECT_EQ(dice["wilcoxon_method"], "exact");
  EXPECT_EQ(dice["wilcoxon_p"], 0.5); // two differences of one sign: 2 of 4 patterns
  EXPECT_EQ(result["comparison"]["summary"]["1"]["dice"]["mean"], 1);
  std::filesystem::remove(folder_ / "other/p2.nii.gz");
  const auto refused = evaluate({"--compare", folder_ / "other"});
  EXPECT_EQ(refused.exit_code, 4);
  EXPECT_TRUE(contains(refused.err, "p2")) << refused.err;
}

TEST_F(EvaluateThree, PoolsTheCasesOfSeveralPredictions) {
  const auto together = evaluated({});
  std::filesystem::rename(folder_ / "predictions/p2.nii.gz", folder_ / "other/p2.nii.gz");
  const auto pooled = evaluated({folder_ / "other"});
  EXPECT_EQ(pooled["cases"], together["cases"]);
  EXPECT_EQ(pooled["summary"], together["summary"]);
  std::filesystem::copy(folder_ / "other/p2.nii.gz", folder_ / "predictions/p2.nii.gz");
  const auto twice = evaluate({folder_ / "other"});
  EXPECT_EQ(twice.exit_code, 4);
  EXPECT_TRUE(contains(twice.err, "are both named 'p2'")) << twice.err;
}

TEST_F(EvaluateThree, RefusesAMissingCaseUnlessItMayCountAsTheWorst) {
  std::filesystem::remove(folder_ / "predictions/p2.nii.gz");
  const auto refused = evaluate({});
  EXPECT_EQ(refused.exit_code, 4);
  EXPECT_TRUE(contains(refused.err, "p2")) << refused.err;
  const auto result = evaluated({"--allow-missing"});
  EXPECT_EQ(result["cases"][1]["missing"], true);
  EXPECT_EQ(result["cases"][1]["dice"], 0) << "the reference is empty too, but nothing was predicted";
  EXPECT_NEAR(result["summary"]["1"]["dice"]["mean"].get<double>(), 0.75 / 3, 1e-12);
}

TEST_F(EvaluateThree, RefusesAnotherGridWithItsDistance) {
  image::LabelVolume moved = box(4, 1);
  moved.affine.translation = {0, 0, 2.5};
  write("predictions/p1.nii.gz", moved);
  const auto result = evaluate({"-o", folder_ / "x.json"});
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_TRUE(contains(result.err, "predictions/p1.nii.gz")) << result.err;
  EXPECT_TRUE(contains(result.err, "2.5 mm")) << result.err;
  EXPECT_FALSE(std::filesystem::exists(folder_ / "x.json"));
  image::LabelVolume smaller = box(4, 1);
  smaller.size = {12, 10, 4};
  smaller.data.resize(480);
  write("predictions/p1.nii.gz", smaller);
  EXPECT_TRUE(contains(evaluate({}).err, "12 x 10 x 4")) << evaluate({}).err;
}

TEST_F(EvaluateThree, TakesRegionsFromTheStudiesFileAndRefusesUndeclaredValues) {
  test::write_text(folder_ / "studies.json", R"({"labels": {"background": 0, "core": 1, "edema": 2},
    "regions": {"whole": [1, 2], "inner": [1]}, "test": [
    {"id": "p1", "image": "p1_t1.nii", "label": "reference/p1_seg.nii.gz"},
    {"id": "p3", "image": "p3_t1.nii", "label": "reference/p3_seg.nii.gz"}],
    "training": [{"id": "p2", "image": "p2_t1.nii", "label": "reference/p2_seg.nii.gz"}]})");
  write("predictions/p1.nii.gz", box(4, 2));
  const std::vector<std::string> command{"evaluate", folder_ / "predictions", "--reference", folder_ / "studies.json", "-f",
                                         "-o",       folder_ / "x.json"};
  const auto done = test::run_brainmvp(command);
  ASSERT_EQ(done.exit_code, 0) << done.err;
  const auto result = nlohmann::json::parse(test::read_text(folder_ / "x.json"));
  ASSERT_EQ(result["cases"].size(), 6U);
  EXPECT_EQ(result["cases"][0]["region"], "whole");
  EXPECT_EQ(result["cases"][0]["dice"], 0.75);
  EXPECT_EQ(result["cases"][1]["region"], "inner");
  EXPECT_EQ(result["cases"][1]["dice"], 0);
  write("predictions/p3.nii.gz", box(4, 3));
  const auto refused = test::run_brainmvp(command);
  EXPECT_EQ(refused.exit_code, 4);
  EXPECT_TRUE(contains(refused.err, "p3.nii.gz: value 3 in 24 voxels")) << refused.err;
  std::vector<std::string> of_split = command;
  of_split.insert(of_split.end(), {"--split", "test"});
  EXPECT_TRUE(contains(test::run_brainmvp(of_split).err, "prediction of p2")) << "a prediction outside the split is named";
}

TEST_F(EvaluateThree, TakesLabelsAndRegionsFromTheCommandLine) {
  write("predictions/p3.nii.gz", box(5, 2));
  const auto result = evaluated({"--region", "any=1,2", "--labels", "2"});
  ASSERT_EQ(result["regions"].size(), 2U);
  EXPECT_EQ(result["summary"]["any"]["dice"]["mean"].get<double>(), (0.75 + 1 + 1) / 3);
  EXPECT_EQ(result["cases"][0]["region"], "2");
  EXPECT_EQ(result["cases"][0]["dice"], 1);
}

TEST_F(EvaluateThree, NamesRegionsThatNoFileHas) {
  write("predictions/p3.nii.gz", box(5, 4));
  const auto absent = evaluate({"--region", "ET=3", "--region", "WT=1,3"});
  EXPECT_EQ(absent.exit_code, 0) << absent.err;
  EXPECT_TRUE(contains(absent.err, "the region ET (3): its Dice of 1 says nothing; the files have the values 1, 4;"))
      << absent.err;
  EXPECT_FALSE(contains(evaluate({"--region", "ET=4"}).err, "no reference has the region"));
}

TEST_F(Evaluate, OfTwoFilesNeedsNoCommonName) {
  write("reference/truth.nii.gz", box(3, 1));
  write("predictions/guess.nii.gz", box(4, 1));
  const auto result =
      test::run_brainmvp({"evaluate", folder_ / "predictions/guess.nii.gz", "--reference", folder_ / "reference/truth.nii.gz"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(contains(result.out, "0.7500")) << result.out;
}

TEST_F(EvaluateThree, RefusesASplitWithoutAStudiesFile) {
  const auto of_folder = evaluate({"--split", "test"});
  EXPECT_EQ(of_folder.exit_code, 2);
  EXPECT_TRUE(contains(of_folder.err, "--split goes with a studies file")) << of_folder.err;
  test::write_text(folder_ / "p.tsv", "case\tprob_a\tprob_b\tage\nx\t1\t0\t60\ny\t0\t1\t70\n");
  test::write_text(folder_ / "r.tsv", "case\tclass\tage\nx\ta\t60\ny\tb\t71\n");
  for (const char* kind : {"--classification", "--regression"}) {
    const std::vector<std::string> command{"evaluate", folder_ / "p.tsv", "--reference", folder_ / "r.tsv", kind};
    EXPECT_EQ(test::run_brainmvp(command).exit_code, 0) << kind;
    std::vector<std::string> of_split = command;
    of_split.insert(of_split.end(), {"--split", "test"});
    const auto refused = test::run_brainmvp(of_split);
    EXPECT_EQ(refused.exit_code, 2) << kind;
    EXPECT_TRUE(contains(refused.err, "r.tsv is none")) << refused.err;
  }
}

TEST_F(Evaluate, ReplacesNoneOfItsInputs) {
  test::write_text(folder_ / "studies.json", R"({"test": [{"id": "x", "image": "x.nii"}, {"id": "y", "image": "y.nii"}]})");
  test::write_text(folder_ / "people.tsv", "participant_id\tage\nx\t60\ny\t71\n");
  test::write_text(folder_ / "p.tsv", "case\tage\nx\t60\ny\t70\n");
  test::write_text(folder_ / "other.tsv", "case\tage\nx\t61\ny\t70\n");
  test::write_text(folder_ / "options.tsv", "[evaluate]\nbootstrap = 20\n");
  for (const char* name : {"people.tsv", "p.tsv", "other.tsv", "options.tsv"}) {
    const std::string before = test::read_text(folder_ / name);
    for (const char* option : {"-o", "--csv"}) {
      const auto refused =
          test::run_brainmvp({"evaluate", folder_ / "p.tsv", "--compare", folder_ / "other.tsv", "--regression", "--reference",
                              folder_ / "studies.json", "--targets-from", (folder_ / "people.tsv").string() + ":age", "--config",
                              folder_ / "options.tsv", "--force", option, folder_ / name});
      EXPECT_EQ(refused.exit_code, 5) << option << " " << name << "\n" << refused.err;
      EXPECT_TRUE(contains(refused.err, "is an input of this command")) << refused.err;
      EXPECT_EQ(test::read_text(folder_ / name), before);
    }
  }
}

TEST_F(EvaluateThree, RefusesACsvThatIsAlsoAFileOfTheOutput) {
  std::filesystem::create_symlink(folder_ / "x.summary.tsv", folder_ / "link.csv");
  std::filesystem::create_directory_symlink(folder_.path(), folder_ / "here");
  for (const char* csv : {"x.summary.tsv", "x.comparison.tsv", "x.compared.tsv", "link.csv", "here/x.tsv", "other/../x.tsv"}) {
    const auto refused = evaluate({"--compare", folder_ / "predictions", "-o", folder_ / "x.tsv", "--csv", folder_ / csv});
    EXPECT_EQ(refused.exit_code, 2) << csv;
    EXPECT_TRUE(contains(refused.err, "is the same file")) << refused.err;
    EXPECT_FALSE(std::filesystem::exists(folder_ / "x.tsv"));
  }
  EXPECT_EQ(evaluate({"-o", folder_ / "x.tsv", "--csv", folder_ / "x.comparison.tsv"}).exit_code, 0) << "nothing is compared";
}

TEST_F(Evaluate, OfClassesGivesMetricsWithIntervals) {
  std::string reference = "case\tclass\n";
  std::string predictions = "case\tprob_LGG\tprob_HGG\n";
  for (int i = 0; i < 12; ++i) {
    const std::string name = "p" + std::to_string(i);
    reference += name + "\t" + (i % 2 == 0 ? "LGG" : "HGG") + "\n";
    predictions += name + (i == 0 || i % 2 == 1 ? "\t0.25\t0.75\n" : "\t0.75\t0.25\n"); // the first case is wrong
  }
  test::write_text(folder_ / "r.tsv", reference);
  test::write_text(folder_ / "p.tsv", predictions);
  const std::vector<std::string> command{"evaluate", folder_ / "p.tsv", "--reference", folder_ / "r.tsv", "--classification",
                                         "-o",       folder_ / "c.json"};
  const auto done = test::run_brainmvp(command);
  ASSERT_EQ(done.exit_code, 0) << done.err;
  EXPECT_TRUE(contains(done.out, "positive class HGG")) << done.out;
  expect_lines_of_at_most_100(done.out.substr(done.out.find("metric")));
  const auto result = nlohmann::json::parse(test::read_text(folder_ / "c.json"));
  EXPECT_NEAR(result["summary"]["accuracy"]["value"].get<double>(), 11.0 / 12, 1e-12);
  EXPECT_EQ(result["summary"]["auc"]["interval"].size(), 2U);
  EXPECT_EQ(result["confusion"], nlohmann::json::parse("[[5, 1], [0, 6]]")) << result["classes"];
  EXPECT_EQ(result["cases"][0]["predicted"], "HGG");
}

TEST_F(Evaluate, ComparesClassesWhoseColumnsStandInAnotherOrder) {
  test::write_text(folder_ / "a.tsv", "case\tprob_AD\tprob_CN\np1\t0.9\t0.1\np2\t0.2\t0.8\np3\t0.7\t0.3\n");
  test::write_text(folder_ / "b.tsv", "case\tprob_CN\tprob_AD\np1\t0.1\t0.9\np2\t0.8\t0.2\np3\t0.5\t0.5\n");
  test::write_text(folder_ / "r.tsv", "case\tclass\np1\tAD\np2\tCN\np3\tAD\n");
  const auto done = test::run_brainmvp({"evaluate", folder_ / "a.tsv", "--compare", folder_ / "b.tsv", "--reference",
                                        folder_ / "r.tsv", "--classification", "-o", folder_ / "c.json"});
  ASSERT_EQ(done.exit_code, 0) << done.err;
  const auto compared = nlohmann::json::parse(test::read_text(folder_ / "c.json"))["comparison"];
  EXPECT_EQ(compared["zero_differences"], 2);
  EXPECT_EQ(compared["cases"][0]["prob_AD"], 0.9);
  test::write_text(folder_ / "b.tsv", "case\tprob_CN\tprob_AD\tprob_MCI\np1\t0.1\t0.9\t0\np2\t0.8\t0.2\t0\np3\t1\t0\t0\n");
  const auto refused = test::run_brainmvp(
      {"evaluate", folder_ / "a.tsv", "--compare", folder_ / "b.tsv", "--reference", folder_ / "r.tsv", "--classification"});
  EXPECT_EQ(refused.exit_code, 4) << refused.err;
  EXPECT_TRUE(contains(refused.err, "each of the classes AD, CN; found: case, prob_CN, prob_AD, prob_MCI")) << refused.err;
}

TEST_F(Evaluate, RefusesAColumnOfNumbersThatStandsThereTwice) {
  test::write_text(folder_ / "once.tsv", "case\tage\nx\t60\ny\t70\n");
  test::write_text(folder_ / "twice.tsv", "case\tage\tage\nx\t60\t50\ny\t71\t50\n");
  for (const auto& [predictions, reference] : {std::pair("once.tsv", "twice.tsv"), std::pair("twice.tsv", "once.tsv")}) {
    const auto refused =
        test::run_brainmvp({"evaluate", folder_ / predictions, "--reference", folder_ / reference, "--regression"});
    EXPECT_EQ(refused.exit_code, 4);
    EXPECT_TRUE(contains(refused.err, "twice.tsv: the column 'age' stands there twice")) << refused.err;
  }
}

} // namespace
} // namespace brainmvp
