#include "register/register_set.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "base/error.h"
#include "io/image_file.h"
#include "register/heads.h"
#include "support/support.h"

namespace brainmvp::registration {
namespace {
namespace fs = std::filesystem;
using simulate::Modality;

constexpr double kCoarseMm = 6;

const std::vector<image::Volume>& coarse_head() {
  static const std::vector<image::Volume> images = test::simulated_head({Modality::kT1, Modality::kFlair}, kCoarseMm);
  return images;
}

// Bright voxels of an image.
image::LabelVolume lesion_of(const image::Volume& volume) {
  image::LabelVolume label{.size = volume.size, .affine = volume.affine, .data = std::vector<std::int32_t>(volume.voxels())};
  std::ranges::transform(volume.data, label.data.begin(), [](float value) { return value > 300 ? 4 : 0; });
  return label;
}

// A study of t1 and a flair that has moved, with a label drawn on `label_of` where it is not empty.
study::Study write_study(const test::TemporaryFolder& folder, const std::string& id, const std::string& label_of = {}) {
  const fs::path place = folder / id;
  fs::create_directories(place);
  image::Volume flair = test::moved(coarse_head()[1], test::known_motion(4, {3, -2, 5}));
  io::write_nifti(place / "t1.nii.gz", coarse_head()[0], {.type = io::StoredType::kInt16});
  io::write_nifti(place / "flair.nii.gz", flair, {.type = io::StoredType::kInt16});
  study::Study study{.id = id,
                     .patient = "someone",
                     .images = {place / "flair.nii.gz", place / "t1.nii.gz"},
                     .modalities = {"flair", "t1"},
                     .dataset = "clinic",
                     .fold = 2};
  if (!label_of.empty()) {
    const image::Volume& drawn_on = label_of == "t1" ? coarse_head()[0] : flair;
    io::write_nifti(place / "seg.nii.gz", lesion_of(drawn_on), {.type = io::StoredType::kUint8});
    study.label = place / "seg.nii.gz";
  }
  return study;
}

std::vector<StudyOutcome> run(const test::TemporaryFolder& folder, const std::vector<study::Study>& studies,
                              const SetOptions& options = {}) {
  return register_set(
      {.studies = studies, .table = {}}, folder / "studies.json", folder / "out", options, [](std::size_t) {},
      [](const StudyOutcome&) {});
}

std::map<std::string, std::string> files_of(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) {
      files[entry.path().lexically_relative(folder).string()] = test::read_text(entry.path());
    }
  }
  return files;
}

TEST(RegisterSet, WritesImagesThatFitAndAListForPrepare) {
  const test::TemporaryFolder folder;
  const study::Study study = write_study(folder, "p1", "flair");
  const auto inputs = files_of(folder / "p1");
  const std::vector<StudyOutcome> done = run(folder, {study});
  ASSERT_EQ(done[0].outcome, Outcome::kRegistered) << done[0].reason;
  EXPECT_EQ(done[0].result.reference, "t1");
  EXPECT_EQ(done[0].result.label_of, "flair");
  EXPECT_EQ(files_of(folder / "p1"), inputs); // never written to

  const study::StudiesFile list = study::read_studies_file(folder / "out/studies.json");
  ASSERT_EQ(list.studies.size(), 1U);
  EXPECT_EQ(list.studies[0].modalities, study.modalities);
  EXPECT_EQ(list.studies[0].patient, "someone");
  EXPECT_EQ(list.studies[0].fold, 2);
  const io::ImageFile flair = io::read_image(list.studies[0].images[0]);
  EXPECT_EQ(flair.header.data_type, "int16");
  EXPECT_TRUE(image::same_grid(image::grid_of(flair.channels[0]), image::grid_of(coarse_head()[0])));
  // The label follows the image that it was drawn on.
  const io::LabelFile label = io::read_label(*list.studies[0].label);
  const image::LabelVolume truth = lesion_of(coarse_head()[1]);
  std::size_t agree = 0;
  std::size_t either = 0;
  for (std::size_t at = 0; at < truth.data.size(); ++at) {
    agree += truth.data[at] == 4 && label.volume.data[at] == 4 ? 1 : 0;
    either += truth.data[at] == 4 || label.volume.data[at] == 4 ? 1 : 0;
  }
  EXPECT_GT(static_cast<double>(agree), 0.75 * static_cast<double>(either));
  EXPECT_TRUE(fs::exists(folder / "out/p1/flair_to_t1.tfm"));
}

TEST(RegisterSet, DoesNothingTwiceAndTheSameOnAnyThreads) {
  const test::TemporaryFolder folder;
  const std::vector<study::Study> studies{write_study(folder, "p1"), write_study(folder, "p2")};
  run(folder, studies);
  const auto first = files_of(folder / "out");
  EXPECT_EQ(run(folder, studies)[1].outcome, Outcome::kUpToDate);
  EXPECT_EQ(files_of(folder / "out"), first);
  EXPECT_EQ(run(folder, studies, {.threads = 2, .force = true})[1].outcome, Outcome::kRegistered);
  EXPECT_EQ(files_of(folder / "out"), first);
  EXPECT_EQ(run(folder, studies, {.parameters = {.keep_grids = true}})[0].outcome, Outcome::kRegistered);
  test::write_text(folder / "p1/t1.nii.gz", "damaged");
  const std::vector<StudyOutcome> damaged = run(folder, studies, {.parameters = {.keep_grids = true}});
  EXPECT_EQ(damaged[0].outcome, Outcome::kFailed);
  EXPECT_EQ(damaged[1].outcome, Outcome::kUpToDate);
  EXPECT_EQ(study::read_studies_file(folder / "out/studies.json").studies.size(), 1U);
}

TEST(RegisterSet, KeepsGridsAndMovesHeaders) {
  const test::TemporaryFolder folder;
  const auto done = run(folder, {write_study(folder, "p1")}, {.parameters = {.keep_grids = true}});
  const image::Volume flair = io::read_image(folder / "out/p1/flair.nii.gz").channels[0];
  const image::Volume before = io::read_image(folder / "p1/flair.nii.gz").channels[0];
  EXPECT_EQ(flair.data, before.data);
  const image::Affine back = done[0].result.images[0].alignment.value().to_moving.affine().inverse();
  EXPECT_LT(image::corner_distance_mm(flair.affine, back.after(before.affine), flair.size), 1e-3);
  EXPECT_LT(image::corner_distance_mm(flair.affine, coarse_head()[1].affine, flair.size), kCoarseMm);
  EXPECT_GT(image::corner_distance_mm(before.affine, coarse_head()[1].affine, flair.size), 2 * kCoarseMm);
}

TEST(RegisterSet, OneImageHasNothingToAlign) {
  const test::TemporaryFolder folder;
  study::Study study = write_study(folder, "p1");
  study.images.erase(study.images.begin());
  study.modalities = {"t1"};
  const std::vector<StudyOutcome> done = run(folder, {study});
  EXPECT_EQ(done[0].outcome, Outcome::kRegistered);
  EXPECT_FALSE(done[0].result.images[0].alignment);
  EXPECT_EQ(io::read_image(folder / "out/p1/t1.nii.gz").channels[0].data,
            io::read_image(folder / "p1/t1.nii.gz").channels[0].data);
}

TEST(RegisterSet, RefusesALabelOfUnknownOrigin) {
  const test::TemporaryFolder folder;
  study::Study study = write_study(folder, "p1", "flair");
  image::LabelVolume elsewhere = lesion_of(coarse_head()[0]);
  elsewhere.affine.translation[0] += 3;
  io::write_nifti(*study.label, elsewhere, {.type = io::StoredType::kUint8});
  const std::vector<StudyOutcome> done = run(folder, {study});
  EXPECT_EQ(done[0].outcome, Outcome::kFailed);
  EXPECT_NE(done[0].reason.find("--label-of"), std::string::npos) << done[0].reason;
  EXPECT_FALSE(fs::exists(folder / "out/p1"));
  EXPECT_EQ(run(folder, {study}, {.parameters = {.label_of = "t1"}})[0].outcome, Outcome::kRegistered);
}

TEST(RegisterSet, LeavesForeignFoldersAlone) {
  const test::TemporaryFolder folder;
  const study::Study study = write_study(folder, "p1");
  test::write_text(folder / "out/notes.txt", "mine");
  EXPECT_THROW(run(folder, {study}), Error);
  EXPECT_EQ(test::read_text(folder / "out/notes.txt"), "mine");
}

} // namespace
} // namespace brainmvp::registration
