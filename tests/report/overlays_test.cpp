// Overlays of small volumes, and the reading of evaluations.
#include "report/overlays.h"

#include "base/error.h"
#include "io/image_file.h"
#include "report/evaluations.h"
#include "report/overlay_volumes.h"
#include "report/summary.h"
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

TEST(OverlayVolumes, EdgesAreTheSurfaceOfALabel) {
  const image::LabelVolume edge = edges(cube<image::LabelVolume>(4, 7));
  EXPECT_EQ(std::ranges::count(edge.data, 1), 4 * 4 * 4 - 2 * 2 * 2);
  EXPECT_EQ(edge.data[edge.index(4, 4, 4)], 1);
  EXPECT_EQ(edge.data[edge.index(5, 5, 5)], 0);
}

TEST(OverlayVolumes, ThePictureShowsLabelsWhereTheyAre) {
  const CaseVolumes volumes{.image = cube<image::Volume>(8, 255),
                            .predictions = {cube<image::LabelVolume>(4, 1)},
                            .reference = cube<image::LabelVolume>(6, 1)};
  const io::Picture picture = overlay_picture(volumes, 0);
  EXPECT_EQ(picture.width, 24U + 24 + 20 + 8);
  EXPECT_EQ(picture.height, 20U);
  const auto pixel = [&](std::size_t x, std::size_t y) { return picture.pixels.data() + 3 * (y * picture.width + x); };
  const std::uint8_t* outline = pixel(4, 19 - 4); // a corner of the reference; rows are from the top
  EXPECT_EQ(outline[0], kOutlineColour.red);
  EXPECT_EQ(outline[1], kOutlineColour.green);
  const std::uint8_t* filled = pixel(6, 19 - 6);
  EXPECT_EQ(filled[0], (252 + 2 * label_colour(1).red) / 3);
  EXPECT_EQ(pixel(20, 2)[0], 0);
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
  EXPECT_EQ(overlay.image.name, "flair");
  ASSERT_EQ(overlay.predictions.size(), 1U);
  EXPECT_EQ(overlay.predictions[0].name, "pred");
  EXPECT_EQ(overlay.pictures.size(), 1U);
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
    return headlines({}, evaluations).at(2).remark;
  };
  EXPECT_TRUE(verdict(5, 0.1).starts_with("too few cases to tell; paired over 5 cases")) << verdict(5, 0.1);
  EXPECT_TRUE(verdict(12, 0.1).starts_with("a is better")) << verdict(12, 0.1);
  EXPECT_TRUE(verdict(12, -0.1).starts_with("b is better")) << verdict(12, -0.1);
  EXPECT_TRUE(verdict(12, 0).starts_with("no difference shown")) << verdict(12, 0);
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
