// Cohorts on disk and refused requests.
#include "simulate/cohort.h"

#include <algorithm>
#include <map>

#include "base/error.h"
#include "simulate/procedural_head.h"
#include "support/support.h"

namespace brainmvp::simulate {
namespace {
namespace fs = std::filesystem;

std::map<std::string, std::string> files_below(const fs::path& root) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (entry.is_regular_file()) {
      files[entry.path().lexically_relative(root).generic_string()] = test::read_text(entry.path());
    }
  }
  return files;
}

ExitCode code_of(const CohortOptions& options) {
  try {
    simulate_cohort(options);
  } catch (const Error& error) {
    return error.code();
  }
  return ExitCode::kDone;
}

TEST(Cohort, SameSeedSameBytesWhateverTheThreads) {
  const test::TemporaryFolder folder;
  const auto made = [&](const std::string& name, std::size_t threads, std::uint64_t seed) {
    simulate_cohort({.output = folder / name,
                     .studies = 3,
                     .layout = "bids",
                     .voxel_mm = 6,
                     .missing_rate = 0.3,
                     .seed = seed,
                     .threads = threads});
    return files_below(folder / name);
  };
  const auto one = made("one", 1, 4);
  EXPECT_GT(one.size(), 10U);
  EXPECT_EQ(one, made("two", 2, 4));
  EXPECT_NE(one, made("other", 1, 5));
}

TEST(Cohort, MissingImagesAreAboutTheRateAndOneStays) {
  const test::TemporaryFolder folder;
  const CohortSummary some = simulate_cohort(
      {.output = folder / "a", .studies = 12, .layout = "folders", .voxel_mm = 8, .missing_rate = 0.4, .threads = 2});
  EXPECT_EQ(some.images + some.left_out, 48U);
  EXPECT_NEAR(static_cast<double>(some.left_out), 0.4 * 0.75 * 48, 9);
  const CohortSummary all =
      simulate_cohort({.output = folder / "b", .studies = 2, .layout = "folders", .voxel_mm = 8, .missing_rate = 1});
  EXPECT_EQ(all.images, 2U);
}

TEST(Cohort, RefusesWhatItCannotDo) {
  const test::TemporaryFolder folder;
  const fs::path out = folder / "out";
  EXPECT_EQ(code_of({.output = out, .layout = "bratz2021"}), ExitCode::kUsage);
  EXPECT_EQ(code_of({.output = out, .layout = "adni", .modalities = {Modality::kFlair}, .voxel_mm = 8}), ExitCode::kUsage);
  EXPECT_EQ(code_of({.output = out, .anatomy = folder / "none"}), ExitCode::kNothingFound);
  fs::create_directories(folder / "empty");
  EXPECT_EQ(code_of({.output = out, .anatomy = folder / "empty"}), ExitCode::kNothingFound);
  EXPECT_THROW(pathology_named("stroek"), Error);
  EXPECT_FALSE(fs::exists(out));
}

// The built-in head as a label map in LIA, as FreeSurfer has them.
void write_label_map(const fs::path& file, int extra_label) {
  RandomStream stream({9});
  const TissueVolume head = procedural_head({.spacing_mm = 4}, stream);
  std::map<Tissue, int> labels;
  for (const LabelOfTissue& entry : freesurfer_labels()) {
    labels.try_emplace(entry.tissue, entry.label);
  }
  labels[Tissue::kFat] = labels[Tissue::kMuscle] = 507;
  image::LabelVolume map{.size = {head.size[0], head.size[2], head.size[1]}, .affine = {}, .data = {}};
  map.affine = {.matrix = {{{-4, 0, 0}, {0, 0, 4}, {0, -4, 0}}}, .translation = {0, 0, 0}};
  map.data.resize(map.voxels());
  for (std::size_t k = 0; k < head.size[2]; ++k) {
    for (std::size_t j = 0; j < head.size[1]; ++j) {
      for (std::size_t i = 0; i < head.size[0]; ++i) {
        map.data[map.index(head.size[0] - 1 - i, head.size[2] - 1 - k, j)] = labels[tissue_at(head, head.index(i, j, k))];
      }
    }
  }
  map.data[0] = extra_label;
  io::write_nifti(file, map, {.type = io::StoredType::kInt16});
}

TEST(Anatomy, LabelMapsBecomeHeadsInRas) {
  const test::TemporaryFolder folder;
  write_label_map(folder / "head.nii.gz", 0);
  const TissueVolume head = head_of_labels(folder / "head.nii.gz");
  EXPECT_GT(head.affine.matrix[0][0], 0);
  const Extent eyes = extent_of(head, [](Tissue tissue) { return tissue == Tissue::kEye; });
  const Extent brain = extent_of(head, is_parenchyma);
  EXPECT_GT(eyes.low_mm[1], 0.6 * brain.high_mm[1]); // in front
  EXPECT_LT(eyes.high_mm[2], 0);                     // below the middle of the brain
  EXPECT_NEAR(brain.low_mm[0], -brain.high_mm[0], 1e-9);
  EXPECT_GT(std::ranges::count(head.data, static_cast<std::uint8_t>(Tissue::kDura)), 100);
  const CohortSummary made =
      simulate_cohort({.output = folder / "out", .studies = 1, .layout = "ixi", .anatomy = folder.path(), .voxel_mm = 6});
  EXPECT_EQ(made.images, 4U);
}

TEST(Anatomy, UnknownLabelsAreNamed) {
  const test::TemporaryFolder folder;
  write_label_map(folder / "head.nii.gz", 900);
  try {
    head_of_labels(folder / "head.nii.gz");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kBadInput);
    EXPECT_NE(error.message().find("labels 900"), std::string::npos) << error.message();
  }
}

} // namespace
} // namespace brainmvp::simulate
