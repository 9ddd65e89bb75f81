#include "register/shared_motion.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "io/image_file.h"
#include "register/head_points.h"
#include "register/heads.h"
#include "register/register_set.h"
#include "support/support.h"

namespace brainmvp::registration {
namespace {
using simulate::Modality;

constexpr double kGridMm = 5;

const std::vector<image::Volume>& stroke_head() {
  static const std::vector<image::Volume> images =
      test::simulated_head({Modality::kT1, Modality::kDwi, Modality::kAdc, Modality::kT2}, kGridMm);
  return images;
}

// The head has moved, the grid has not: what a scanner that was told nothing writes.
image::Volume moved_on_its_grid(const image::Volume& volume, const Rigid& motion) {
  return image::resample_linear(test::moved(volume, motion), image::grid_of(volume), image::Outside::kZero);
}

GroupImage named(const std::string& modality, image::Volume volume) {
  return {.modality = modality, .file = modality + ".nii", .volume = std::move(volume)};
}

TEST(SharedMotion, DiffusionImagesOfOneGridGetOneMotionToTheLastDigit) {
  const test::TemporaryFolder folder;
  const Rigid truth = test::known_motion(5, {3, -4, 2});
  io::write_nifti(folder / "t1.nii", stroke_head()[0]);
  io::write_nifti(folder / "dwi.nii", test::moved(stroke_head()[1], truth));
  io::write_nifti(folder / "adc.nii", test::moved(stroke_head()[2], truth));
  const study::Study study{
      .id = "p1", .images = {folder / "t1.nii", folder / "adc.nii", folder / "dwi.nii"}, .modalities = {"t1", "adc", "dwi"}};
  const std::vector<StudyOutcome> done = register_set(
      {.studies = {study}, .table = {}}, folder / "s.json", folder / "out", {}, [](std::size_t) {}, [](const StudyOutcome&) {});
  ASSERT_EQ(done[0].outcome, Outcome::kRegistered) << done[0].reason;
  const RegisteredImage& adc = done[0].result.images[1];
  const RegisteredImage& dwi = done[0].result.images[2];
  EXPECT_EQ(adc.alignment->to_moving, dwi.alignment->to_moving);
  EXPECT_EQ(adc.motion_of, dwi.motion_of);
  EXPECT_TRUE(done[0].result.warnings.empty());
  EXPECT_LT(
      mean_distance_mm(dwi.alignment->to_moving.affine(), truth.affine(), head_points(stroke_head()[0], Region::kHead, 2000, 1)),
      kGridMm / 2);
  EXPECT_EQ(test::read_text(folder / "out/p1/adc_to_t1.tfm"), test::read_text(folder / "out/p1/dwi_to_t1.tfm"));
  const auto record = nlohmann::json::parse(test::read_text(folder / "out/p1/registration.json"));
  EXPECT_EQ(record["images"][1]["motion"], record["images"][2]["motion"]);
  EXPECT_EQ(record["images"][1]["motion_of"], record["images"][2]["motion_of"]);
}

TEST(SharedMotion, WhatHasTheReferencesGridStays) {
  const GroupImage reference = named("t1", stroke_head()[0]);
  const std::vector<GroupImage> group{named("t2", stroke_head()[3]), named("adc", stroke_head()[2])};
  for (const SharedAlignment& found : align_group(reference, group, {})) {
    EXPECT_EQ(found.alignment.displacement_mm, 0);
    EXPECT_EQ(found.motion_of, "t1");
    EXPECT_EQ(found.alignment.information_before, found.alignment.information_after);
  }
}

TEST(SharedMotion, AnImageThatMovedOnItsGridKeepsAMotionOfItsOwn) {
  const Rigid one = test::known_motion(4, {6, -5, 4});
  const Rigid other = test::known_motion(-4, {-5, 6, 0});
  const std::vector<GroupImage> group{named("t2", moved_on_its_grid(stroke_head()[3], one)),
                                      named("flair", moved_on_its_grid(stroke_head()[0], other))};
  const std::vector<SharedAlignment> on_reference = align_group(named("t1", stroke_head()[0]), group, {});
  const std::vector<SharedAlignment> elsewhere =
      align_group(named("t1", test::moved(stroke_head()[0], test::known_motion(0, {8, 0, 0}))), group, {});
  for (std::size_t n = 0; n < 2; ++n) {
    EXPECT_EQ(on_reference[n].motion_of, group[n].modality);
    EXPECT_EQ(on_reference[n].parted_from, "t1");
    EXPECT_EQ(elsewhere[n].motion_of, group[n].modality);
    EXPECT_GT(on_reference[n].alignment.displacement_mm, kGridMm);
  }
  EXPECT_TRUE(elsewhere[0].parted_from.empty() != elsewhere[1].parted_from.empty()); // the best one leads
}

TEST(SharedMotion, DwiAndAdcNeverPart) {
  const GroupImage reference = named("dwi", stroke_head()[1]);
  const std::vector<GroupImage> adc{named("adc", moved_on_its_grid(stroke_head()[2], test::known_motion(4, {8, -6, 4})))};
  const std::vector<SharedAlignment> stays = align_group(reference, adc, {});
  EXPECT_EQ(stays[0].motion_of, "dwi");
  EXPECT_EQ(stays[0].alignment.displacement_mm, 0);
  const std::vector<GroupImage> both{adc[0], named("dwi", stroke_head()[1]), named("t2", stroke_head()[3])};
  const std::vector<SharedAlignment> found = align_group(named("t1", stroke_head()[0]), both, {});
  EXPECT_EQ(found[0].alignment.to_moving, found[1].alignment.to_moving);
  EXPECT_EQ(found[0].motion_of, found[1].motion_of);
}

} // namespace
} // namespace brainmvp::registration
