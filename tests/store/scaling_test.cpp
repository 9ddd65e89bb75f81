// How intensities are scaled: slabs, saturated and z-scored images, vessels, and what that costs.
#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "io/image_file.h"
#include "store/drawn_images.h"
#include "store/prepare.h"
#include "support/support.h"

namespace brainmvp {
namespace {

using store::prepare_study;
using store::PreparedStudy;
using test::diagonal;
using test::field;
using test::label_of;
using test::ramp;
using test::study_of;
using test::TemporaryFolder;

double share_of(const std::vector<float>& values, float low, float high) {
  const auto inside = std::ranges::count_if(values, [=](float value) { return value > low && value < high; });
  return static_cast<double>(inside) / static_cast<double>(values.size());
}

TEST(Preparation, ASlabIsScaledInsideItsOwnFieldOfView) {
  const TemporaryFolder folder;
  io::write_nifti(folder / "t1.nii", field({20, 20, 60}, diagonal({1, 1, 1}, {0, 0, 0}), ramp));
  io::write_nifti(folder / "t2.nii", field({20, 20, 3}, diagonal({1, 1, 1}, {0, 0, 30}), ramp));
  const PreparedStudy found = prepare_study(study_of(folder.path(), {"t1.nii", "t2.nii"}, {"t1", "t2"}), {});
  const image::Volume& slab = found.volumes[1];
  EXPECT_EQ(slab.data[slab.index(10, 10, 10)], 0);
  const auto begin = slab.data.begin() + static_cast<std::ptrdiff_t>(slab.index(0, 0, 30));
  EXPECT_GT(share_of({begin, begin + 1200}, 0, 1), 0.85);
  EXPECT_EQ(join(found.warnings, "\n").find("are flat there"), std::string::npos);
}

TEST(Preparation, ManyVoxelsAtABoundAreAWarning) {
  const TemporaryFolder folder;
  const image::Affine affine = diagonal({1, 1, 1}, {0, 0, 0});
  io::write_nifti(folder / "t1.nii", field({20, 20, 60}, affine, ramp));
  io::write_nifti(folder / "t2.nii", field({20, 20, 60}, affine, [](const image::Vector& mm) {
                    return mm[2] > 30 && mm[2] < 35 ? ramp(mm) : 0; // padded to the whole grid with zeros
                  }));
  const study::Study study = study_of(folder.path(), {"t1.nii", "t2.nii"}, {"t1", "t2"});
  const PreparedStudy found = prepare_study(study, {});
  EXPECT_NE(join(found.warnings, "\n").find("t2: "), std::string::npos);
  EXPECT_NE(join(found.warnings, "\n").find("are flat there"), std::string::npos);
  const PreparedStudy better = prepare_study(study, {.percentiles_of = store::PercentilesOf::kForeground});
  EXPECT_TRUE(better.warnings.empty()) << better.warnings.front();
}

TEST(Preparation, ASlabOfFineVoxelsDoesNotCutWholeHeads) {
  const TemporaryFolder folder;
  io::write_nifti(folder / "mra.nii", field({30, 30, 16}, diagonal({0.5, 0.5, 0.5}, {2, 2, 4}), ramp));
  io::write_nifti(folder / "t1.nii", field({20, 20, 18}, diagonal({1, 1, 1}, {0, 0, 0}), ramp));
  io::write_nifti(folder / "t2.nii", field({10, 10, 9}, diagonal({2, 2, 2}, {0.5, 0.5, 0.5}), ramp));
  study::Study study = study_of(folder.path(), {"mra.nii", "t2.nii", "t1.nii"}, {"mra", "t2", "t1"});
  const PreparedStudy found = prepare_study(study, {});
  EXPECT_EQ(found.way_back.reference, folder / "t1.nii"); // as much of the head as t2, and finer
  EXPECT_EQ(found.volumes.front().size, (image::Size{20, 20, 18}));

  io::write_nifti(folder / "seg.nii", label_of(field({20, 20, 9}, diagonal({1, 1, 1}, {0, 0, 0}), ramp), 1),
                  {.type = io::StoredType::kUint8});
  study.label = folder / "seg.nii"; // its grid decides, and cuts
  EXPECT_NE(join(prepare_study(study, {}).warnings, "\n").find("50 % of its voxels above 0 lie outside and are lost"),
            std::string::npos);
}

TEST(Preparation, ABackgroundBetweenTheValuesOfTheHeadIsAWarning) {
  const TemporaryFolder folder;
  const auto scored = [](double beyond) {
    return [beyond](const image::Vector& mm) {
      const double r = std::hypot(mm[0] - 10, mm[1] - 10, mm[2] - 10);
      return r > 9 ? beyond : std::sin(mm[0] + 2 * mm[1] + 3 * mm[2]);
    };
  };
  const image::Affine affine = diagonal({1, 1, 1}, {0, 0, 0});
  io::write_nifti(folder / "t1.nii", field({21, 21, 21}, affine, scored(0)));
  io::write_nifti(folder / "t2.nii", field({21, 21, 21}, affine, scored(-2)));
  const PreparedStudy found = prepare_study(study_of(folder.path(), {"t1.nii", "t2.nii"}, {"t1", "t2"}), {});
  ASSERT_EQ(found.warnings.size(), 1U) << join(found.warnings, "\n");
  EXPECT_NE(found.warnings[0].find("t1: its background 0 lies between its other values"), std::string::npos);
  EXPECT_NE(found.warnings[0].find("becomes 0.5"), std::string::npos) << found.warnings[0];
  EXPECT_NE(found.warnings[0].find("--z-scored"), std::string::npos) << found.warnings[0];
}

// A head of values just above 0 and up, in a background of 0.
double stripped_head(const image::Vector& mm) {
  const double r = std::hypot(mm[0] - 10, mm[1] - 10, mm[2] - 10);
  return r > 9 ? 0 : 1.001 + std::sin(mm[0] + 2 * mm[1] + 3 * mm[2]);
}

double z_scored_head(const image::Vector& mm) { return stripped_head(mm) == 0 ? 0 : (stripped_head(mm) - 1) * 1.7; }

TEST(Preparation, ZScoredImagesComeOutAsTheyWereBefore) {
  const TemporaryFolder folder;
  const image::Affine affine = diagonal({1, 1, 1}, {0, 0, 0});
  io::write_nifti(folder / "before.nii", field({21, 21, 21}, affine, stripped_head));
  io::write_nifti(folder / "scored.nii", field({21, 21, 21}, affine, z_scored_head));
  const study::Study before = study_of(folder.path(), {"before.nii"}, {"t1"});
  const study::Study scored = study_of(folder.path(), {"scored.nii"}, {"t1"});
  for (const double spacing : {1.0, 1.5}) {
    const PreparedStudy expected = prepare_study(before, {.spacing_mm = spacing});
    const PreparedStudy found = prepare_study(scored, {.spacing_mm = spacing, .z_scored = true});
    EXPECT_TRUE(found.warnings.empty()) << found.warnings.front();
    ASSERT_EQ(found.volumes[0].size, expected.volumes[0].size);
    for (std::size_t i = 0; i < found.volumes[0].data.size(); ++i) {
      ASSERT_NEAR(found.volumes[0].data[i], expected.volumes[0].data[i], 2e-3) << spacing;
    }
    EXPECT_EQ(std::ranges::min(found.volumes[0].data), 0);
  }
  const PreparedStudy untouched = prepare_study(before, {.z_scored = true}); // what is no such image stays as it is
  EXPECT_EQ(untouched.volumes[0].data, prepare_study(before, {}).volumes[0].data);
}

TEST(Preparation, ZScoredImagesOfAnotherGridHaveTheirBackgroundLowestToo) {
  const TemporaryFolder folder;
  io::write_nifti(folder / "t1.nii", field({21, 21, 21}, diagonal({1, 1, 1}, {0, 0, 0}), z_scored_head));
  io::write_nifti(folder / "t2.nii", field({11, 11, 8}, diagonal({2, 2, 2}, {0, 0, 3}), z_scored_head));
  const PreparedStudy found = prepare_study(study_of(folder.path(), {"t1.nii", "t2.nii"}, {"t1", "t2"}), {.z_scored = true});
  for (const image::Volume& volume : found.volumes) {
    EXPECT_EQ(std::ranges::min(volume.data), 0);
    EXPECT_EQ(volume.data[volume.index(0, 0, 0)], 0);
  }
  EXPECT_EQ(join(found.warnings, "\n").find("lies between"), std::string::npos);
}

TEST(Preparation, CostCountsWhatScalingCopies) {
  const TemporaryFolder folder;
  io::write_nifti(folder / "t1.nii", field({40, 40, 40}, diagonal({1, 1, 1}, {0, 0, 0}), ramp));
  io::write_nifti(folder / "t2.nii", field({10, 10, 10}, diagonal({4, 4, 4}, {0, 0, 0}), ramp));
  constexpr std::uint64_t kVoxels = 40ULL * 40 * 40;
  const auto cost = store::study_cost(study_of(folder.path(), {"t1.nii", "t2.nii"}, {"t1", "t2"}), {});
  EXPECT_GE(cost.held_bytes, 2 * kVoxels * sizeof(float));
  EXPECT_GE(cost.step_bytes, kVoxels * (sizeof(float) + 1)); // the field of view, and the values in it
  EXPECT_EQ(cost.memory_bytes(2), cost.held_bytes + 2 * cost.step_bytes);
  EXPECT_EQ(cost.memory_bytes(9), cost.memory_bytes(2)); // no thread without an image
  const study::Study alone = study_of(folder.path(), {"t1.nii"}, {"t1"});
  EXPECT_GT(store::study_cost(alone, {.z_scored = true}).memory_bytes(1), store::study_cost(alone, {}).memory_bytes(1));
}

TEST(Preparation, AnImageOfNothingButVesselsKeepsThem) {
  const TemporaryFolder folder;
  const image::Affine affine = diagonal({1, 1, 1}, {0, 0, 0});
  io::write_nifti(folder / "t1.nii", field({20, 20, 20}, affine, ramp));
  io::write_nifti(folder / "mra.nii",
                  field({20, 20, 20}, affine, [](const image::Vector& mm) { return mm[0] == 9 && mm[1] == 9 ? 200 : 0; }));
  const PreparedStudy found = prepare_study(study_of(folder.path(), {"t1.nii", "mra.nii"}, {"t1", "mra"}), {});
  EXPECT_EQ(std::ranges::count(found.volumes[1].data, 1.0F), 20);
  EXPECT_NE(join(found.warnings, "\n").find("mra: constant between its percentiles 5 and 95; scaled from"), std::string::npos);
}

} // namespace
} // namespace brainmvp
