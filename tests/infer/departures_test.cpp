// What `predict` says of a study that is unlike those of the training.
#include "infer/departures.h"

#include "support/support.h"

namespace brainmvp::infer {
namespace {

using study::HeadKind;

// A prepared study of 200 mm a side whose first `litres` are not 0, from voxels of 1 x 1 x `slice_mm`.
store::PreparedStudy study_of(double litres, double slice_mm = 1, double apart_mm = 0) {
  store::PreparedStudy prepared;
  image::Volume volume{.size = {50, 50, 50}, .affine = {}, .data = std::vector<float>(125000)};
  volume.affine.matrix = {{{4, 0, 0}, {0, 4, 0}, {0, 0, 4}}};
  std::fill_n(volume.data.begin(), static_cast<std::size_t>(litres * 1e6 / 64), 1.0F);
  prepared.volumes.push_back(volume);
  prepared.modalities = {"t1"};
  prepared.way_back.native.affine.matrix = {{{1, 0, 0}, {0, 1, 0}, {0, 0, slice_mm}}};
  prepared.distances = {{.modality = "t1"}, {.modality = "flair", .distance_mm = apart_mm, .interpolated = apart_mm > 0}};
  return prepared;
}

std::string said(const model::TrainingFacts& training, const store::PreparedStudy& prepared, const ChannelPlan& plan = {}) {
  std::string text;
  for (const std::string& one : departures(training, prepared, plan)) {
    text += one + "\n";
  }
  return text;
}

const model::TrainingFacts kStripped{.heads = HeadKind::kStripped, .largest_voxel_mm = 1.2, .one_grid = true, .always = {}};

TEST(Departures, OfAStudyLikeTheTrainingAreNone) { EXPECT_EQ(said(kStripped, study_of(1.4)), ""); }

TEST(Departures, NameAWholeHeadForAModelOfStrippedBrains) {
  test::expect_part(said(kStripped, study_of(4)), "shows a whole head, and the model was trained on skull-stripped brains");
  test::expect_part(said({.heads = HeadKind::kWhole}, study_of(1.4)), "shows a skull-stripped brain");
  EXPECT_EQ(said({}, study_of(4)), "") << "not known of the training";
}

TEST(Departures, NameRegisterForImagesOnDifferentGrids) {
  test::expect_part(said(kStripped, study_of(1.4, 1, 10.9)), "up to 10.9 mm apart");
  test::expect_part(said(kStripped, study_of(1.4, 1, 10.9)), "`brainmvp register`");
  EXPECT_EQ(said({.one_grid = false}, study_of(1.4, 1, 10.9)), "");
}

TEST(Departures, NameThickSlicesAndMissingSequences) {
  test::expect_part(said(kStripped, study_of(1.4, 5)), "sides of up to 5 mm, those of the training of at most 1.2 mm");
  EXPECT_EQ(said(kStripped, study_of(1.4, 1.5)), "");
  model::TrainingFacts both = kStripped;
  both.always = {"t1", "flair"};
  test::expect_part(said(both, study_of(1.4), {.sources = {}, .used = {"t1"}, .from_template = {"flair"}, .zero = {}}),
                    "has no flair, which every study of the training had");
}

TEST(TrainingFacts, GoThroughACheckpoint) {
  const model::TrainingFacts facts{.heads = HeadKind::kWhole, .largest_voxel_mm = 2.5, .one_grid = true, .always = {"t1", "t2"}};
  const checkpoint::Value whole{checkpoint::Dict{{{std::string(model::kTrainingFacts)}, model::training_facts_value(facts)}}};
  const auto read = model::read_training_facts(whole);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->heads, facts.heads);
  EXPECT_EQ(read->largest_voxel_mm, 2.5);
  EXPECT_TRUE(read->one_grid);
  EXPECT_EQ(read->always, facts.always);
  EXPECT_FALSE(model::read_training_facts(checkpoint::Value{checkpoint::Dict{}}));
}

} // namespace
} // namespace brainmvp::infer
