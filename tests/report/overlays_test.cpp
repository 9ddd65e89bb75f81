// Overlays of small volumes, and the reading of evaluations.
#include "report/overlays.h"

#include "base/error.h"
#include "base/text.h"
#include "io/image_file.h"
#include "report/comparisons.h"
#include "report/contours.h"
#include "report/evaluations.h"
#include "report/overlay_volumes.h"
#include "report/statement.h"
#include "report/summary.h"
#include "study/origin.h"
#include "support/support.h"

namespace brainmvp::report {
namespace {
namespace fs = std::filesystem;

// `value` in a cube of `side` voxels from (4, 4, 4), in a volume of 24 x 20 x 16.
template <class Volume>
Volume cube(std::size_t side, int value) {
  Volume volume{.size = {24, 20, 16}, .affine = {}, .data = {}};
  volume.data.resize(volume.voxels());
  for (std::size_t k = 4; k < 4 + side; ++k) {
    for (std::size_t j = 4; j < 4 + side; ++j) {
      for (std::size_t i = 4; i < 4 + side; ++i) {
        volume.data[volume.index(i, j, k)] = static_cast<typename decltype(volume.data)::value_type>(value);
      }
    }
  }
  return volume;
}

TEST(OverlayVolumes, TheGridHoldsTheHeadWithAMargin) {
  const image::Grid grid = head_grid(cube<image::Volume>(8, 100));
  EXPECT_EQ(grid.size, (image::Size{14, 14, 14}));
  EXPECT_EQ(grid.affine.translation, (image::Vector{1, 1, 1}));
}

image::GreyImage pixels(std::size_t width, std::vector<std::uint8_t> values) {
  return {.width = width, .height = values.size() / width, .pixels = std::move(values)};
}

TEST(Contours, GoThroughTheMiddlesOfEdgesWithCornersCut) {
  EXPECT_EQ(contour_path(pixels(3, {0, 0, 0, 0, 2, 0, 0, 0, 0}), 2), "M1.5 1L2 1.5L1.5 2L1 1.5Z");
  EXPECT_EQ(contour_path(pixels(2, {1, 1, 1, 1}), 1),
            "M0.5 0L1.5 0L2 0.5L2 1.5L1.5 2L0.5 2L0 1.5L0 0.5Z"); // to the picture's end
  EXPECT_EQ(contour_path(pixels(2, {1, 1, 1, 1}), 2), "");
}

TEST(Contours, AHoleAndAPartAreLinesOfTheirOwn) {
  const std::string ring = contour_path(pixels(3, {1, 1, 1, 1, 0, 1, 1, 1, 1}), 1);
  EXPECT_EQ(std::ranges::count(ring, 'Z'), 2) << ring;
  EXPECT_EQ(std::ranges::count(contour_path(pixels(2, {1, 0, 0, 1}), 1), 'M'), 2); // pixels that touch at a corner
}

TEST(OverlayVolumes, SlicesGoThroughTheLesionAndShowItsLabels) {
  const CaseVolumes volumes{.images = {cube<image::Volume>(8, 255)},
                            .predictions = {cube<image::LabelVolume>(4, 1)},
                            .reference = cube<image::LabelVolume>(6, 3)};
  const image::Size place = lesion_of(volumes);
  EXPECT_EQ(place, (image::Size{4, 4, 4}));
  const std::vector<PlaneView> views = plane_views(volumes, place);
  ASSERT_EQ(views.size(), 3U);
  EXPECT_EQ(views[0].plane, "axial");
  EXPECT_EQ(views[0].width, 24U);
  EXPECT_EQ(views[0].height, 20U);
  ASSERT_EQ(views[0].predictions.at(0).contours.size(), 1U);
  EXPECT_EQ(views[0].predictions[0].contours[0].label, 1);
  EXPECT_EQ(views[0].reference.contours.at(0).label, 3);
  EXPECT_TRUE(views[0].reference.contours[0].path.starts_with("M4.5 10L9.5 10L10 10.5")); // rows are from the top: 20 - 10
}

TEST(OverlayVolumes, WithoutAReferenceThePredictionSaysWhere) {
  CaseVolumes volumes{.images = {cube<image::Volume>(8, 255)}, .predictions = {cube<image::LabelVolume>(0, 1)}, .reference = {}};
  EXPECT_EQ(lesion_of(volumes), (image::Size{12, 10, 8})); // nothing at all: the middle
  volumes.reference = cube<image::LabelVolume>(0, 1);
  volumes.predictions = {cube<image::LabelVolume>(4, 1)};
  EXPECT_EQ(lesion_of(volumes), (image::Size{4, 4, 4})); // an empty reference
}

class OverlaysOf : public testing::Test {
protected:
  void SetUp() override {
    fs::create_directories(folder_ / "pred");
    std::string entries;
    for (const char* id : {"anna", "berta", "carla"}) {
      io::write_nifti(folder_ / (std::string(id) + "_flair.nii.gz"), cube<image::Volume>(8, 100));
      io::write_nifti(folder_ / (std::string(id) + "_seg.nii.gz"), cube<image::LabelVolume>(4, 2),
                      {.type = io::StoredType::kUint8});
      io::write_nifti(folder_ / "pred" / (std::string(id) + ".nii.gz"), cube<image::LabelVolume>(5, 2),
                      {.type = io::StoredType::kUint8});
      entries += std::string(entries.empty() ? "" : ", ") + R"({"id": ")" + id + R"(", "image": [")" + id +
                 R"(_flair.nii.gz"], "modality": ["flair"], "label": ")" + id + R"(_seg.nii.gz"})";
    }
    test::write_text(folder_ / "studies.json", R"({"test": [)" + entries + R"(], "labels": {"background": 0, "core": 2}})");
  }
  test::TemporaryFolder folder_;
};

TEST_F(OverlaysOf, SpreadFromTheWorstCaseToTheBest) {
  const Overlays overlays = make_overlays({.predictions = {folder_ / "pred"},
                                           .studies = folder_ / "studies.json",
                                           .cases = 2,
                                           .scores = {{"anna", 0.9}, {"berta", 0.1}, {"carla", 0.5}}});
  ASSERT_EQ(overlays.cases.size(), 2U);
  EXPECT_EQ(overlays.cases[0].case_name, "berta");
  EXPECT_EQ(overlays.cases[1].case_name, "anna");
  EXPECT_EQ(overlays.labels, (std::vector<std::pair<std::string, int>>{{"core", 2}}));
  const OverlayCase& overlay = overlays.cases[0];
  ASSERT_EQ(overlay.images.size(), 1U);
  EXPECT_EQ(overlay.images[0].name, "flair");
  EXPECT_FALSE(overlay.reference.nifti.empty());
  ASSERT_EQ(overlay.predictions.size(), 1U);
  EXPECT_EQ(overlay.predictions[0].name, "pred");
  ASSERT_EQ(overlay.planes.size(), 3U);
  EXPECT_EQ(overlay.planes[0].images.size(), 1U);
  EXPECT_TRUE(overlay.planes[0].images[0].starts_with("\x89PNG"));
  test::write_text(folder_ / "small.nii.gz", overlay.predictions[0].nifti);
  const io::LabelFile small = io::read_label(folder_ / "small.nii.gz");
  EXPECT_NEAR(small.header.affine.spacing_mm()[0], overlay.spacing_mm, 1e-6);
  EXPECT_EQ(std::ranges::max(small.volume.data), 2);
}

TEST_F(OverlaysOf, AStudiesFileOfOtherCasesIsRefused) {
  test::write_text(folder_ / "other.json", R"({"test": [{"id": "x", "image": ["x_flair.nii.gz"], "modality": ["flair"]}]})");
  try {
    (void)make_overlays({.predictions = {folder_ / "pred"}, .studies = folder_ / "other.json", .scores = {}});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kNothingFound);
    EXPECT_NE(error.message().find("other.json"), std::string::npos);
  }
}

SegmentationResults results(const std::string& name, const std::vector<std::pair<std::string, double>>& dice) {
  SegmentationResults made{.name = name, .metrics = {"dice"}, .regions = {"A", "B"}, .rows = {}, .summary = {}};
  for (const auto& [case_name, value] : dice) {
    made.rows.push_back({.case_name = case_name, .region = "A", .values = {value}});
    made.rows.push_back({.case_name = case_name, .region = "B", .values = {value / 2}});
  }
  return made;
}

TEST(Summary, DiceOfACaseIsTheMeanOfItsRegions) {
  EXPECT_EQ(dice_of_cases(results("a", {{"x", 0.8}, {"y", 0.4}})),
            (std::vector<std::pair<std::string, double>>{{"x", 0.6000000000000001}, {"y", 0.30000000000000004}}));
}

TEST(Summary, PairsCasesByNameNotByOrder) {
  const auto differences =
      paired_differences(results("a", {{"x", 0.8}, {"y", 0.4}}), results("b", {{"y", 0.2}, {"x", 0.6}}), {"dice", "absent"});
  ASSERT_EQ(differences.size(), 2U);
  EXPECT_EQ(differences[0].region, "A");
  EXPECT_NEAR(differences[0].comparison.difference.mean, 0.2, 1e-12);
  EXPECT_NEAR(differences[0].comparison.difference.mean_interval.low, 0.2, 1e-12);
  EXPECT_TRUE(paired_differences(results("a", {{"x", 1}}), results("b", {{"y", 1}}), {"dice"}).empty());
}

TEST(Summary, CallsNothingBetterOnFewCases) {
  const auto verdict = [](std::size_t cases, double by) {
    std::vector<std::pair<std::string, double>> first;
    std::vector<std::pair<std::string, double>> second;
    for (std::size_t i = 0; i < cases; ++i) {
      first.emplace_back(std::to_string(i), 0.5);
      second.emplace_back(std::to_string(i), 0.5 - by * static_cast<double>(i % 2 == 0 ? 1 : 2));
    }
    const Evaluations evaluations{
        .segmentations = {results("a", first), results("b", second)}, .classes = {}, .regressions = {}, .conventions = {}};
    return headlines({}, evaluations, compare_sets(evaluations.segmentations)).at(2).remark;
  };
  EXPECT_TRUE(verdict(5, 0.1).starts_with("too few cases to tell; paired over 5 cases")) << verdict(5, 0.1);
  EXPECT_TRUE(verdict(12, 0.1).starts_with("a is better")) << verdict(12, 0.1);
  EXPECT_TRUE(verdict(12, -0.1).starts_with("b is better")) << verdict(12, -0.1);
  EXPECT_TRUE(verdict(12, 0).starts_with("no difference shown")) << verdict(12, 0);
}

// Eight cases with p 1/128 against each set: not below 0.05 once it is one of seven.
TEST(Comparisons, HolmCountsAllOfTheReport) {
  std::vector<SegmentationResults> sets;
  for (int set = 0; set < 8; ++set) {
    std::vector<std::pair<std::string, double>> dice;
    for (int i = 0; i < 8; ++i) {
      dice.emplace_back(std::to_string(i), 0.5 - (set == 0 ? 0 : 0.01 * (i + 1)));
    }
    sets.push_back(results("set" + std::to_string(set), dice));
  }
  const std::vector<SetComparison> all = compare_sets(sets);
  ASSERT_EQ(all.size(), 7U);
  EXPECT_NEAR(all[0].paired.wilcoxon.p, 1.0 / 128, 1e-12);
  EXPECT_NEAR(all[0].p, 7.0 / 128, 1e-12);
  EXPECT_EQ(verdict_text(all[0]), "no difference shown");
  sets.resize(2);
  EXPECT_EQ(verdict_text(compare_sets(sets).front()), "set0 is better");
}

TEST(Statement, SaysWhatWasTestedAndWhatDoesNotFollow) {
  SegmentationResults set = results("a", {{"x", 0.8}, {"y", 0.4}});
  set.simulated = true;
  RunRecord run;
  run.kind = RunKind::kSegment;
  run.log.studies = 6;
  run.log.simulated = 6;
  run.config.push_back({.table = "run", .key = "seed", .values = {std::int64_t{3}}});
  const Statement statement =
      make_statement({run}, {.segmentations = {set}, .classes = {}, .regressions = {}, .conventions = {}}, {});
  EXPECT_EQ(statement.done,
            "This page shows 1 training of a segmentation on 6 simulated studies. Tested were 1 set of segmentations on 2 "
            "simulated patients.");
  const std::string limits = join(statement.not_shown, "\n");
  test::expect_part(limits, "Anything about real patients");
  test::expect_part(limits, "2 cases are too few");
  test::expect_part(limits, "trained once, with random seed 3");
}

TEST(Origin, WhatSimulateWroteIsKnownByItsTable) {
  const test::TemporaryFolder folder;
  fs::create_directories(folder / "cohort/sub-1/anat");
  test::write_text(folder / "real.json", R"({"test": [{"id": "x", "image": ["x.nii.gz"], "modality": ["t1"]}]})");
  test::write_text(folder / "made.json",
                   R"({"test": [{"id": "x", "image": ["cohort/sub-1/anat/x.nii.gz"], "modality": ["t1"]}]})");
  test::write_text(folder / "cohort/simulation.tsv", "study\n");
  EXPECT_FALSE(study::is_simulated(folder / "real.json"));
  EXPECT_TRUE(study::is_simulated(folder / "made.json"));
  EXPECT_TRUE(study::is_simulated(folder / "cohort/sub-1"));
  EXPECT_FALSE(study::is_simulated(folder / "absent.json"));
  EXPECT_EQ(found_near("made.json", folder / "results/x.json"), folder / "made.json");
}

TEST(Evaluations, ARegionOnOneSideOnlyHasNoDistance) {
  SegmentationResults set{.name = "a", .metrics = {"prediction_ml", "reference_ml"}, .regions = {}, .rows = {}, .summary = {}};
  const auto without = [&](double prediction, double reference, bool missing) {
    return set.has_no_distance({.case_name = "x", .region = "A", .values = {prediction, reference}, .missing = missing});
  };
  EXPECT_TRUE(without(0, 5, false));
  EXPECT_TRUE(without(5, 0, false));
  EXPECT_TRUE(without(1, 1, true));
  EXPECT_FALSE(without(0, 0, false));
  EXPECT_FALSE(without(2, 3, false));
}

TEST(Evaluations, AnotherJsonIsRefusedByName) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "x.json", R"({"training": []})");
  try {
    (void)read_evaluations({folder / "x.json"});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kBadInput);
    EXPECT_NE(error.message().find("x.json: expected the JSON that `brainmvp evaluate -o x.json` writes"), std::string::npos)
        << error.message();
  }
}

} // namespace
} // namespace brainmvp::report
