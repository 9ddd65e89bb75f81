#include "infer/departures.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"

namespace brainmvp::infer {
namespace {

using study::HeadKind;

std::string millimetres(double value) { return shortest(std::round(value * 100) / 100) + " mm"; }

void add_heads(const model::TrainingFacts& training, const store::PreparedStudy& prepared, std::vector<std::string>& texts) {
  const HeadKind found = study::head_kind(prepared.volumes.front());
  if (training.heads == HeadKind::kStripped && found == HeadKind::kWhole) {
    texts.emplace_back("shows a whole head, and the model was trained on skull-stripped brains: strip its images first "
                       "(HD-BET, SynthStrip), or do not use what is predicted");
  } else if (training.heads == HeadKind::kWhole && found == HeadKind::kStripped) {
    texts.emplace_back("shows a skull-stripped brain, and the model was trained on whole heads: give it the images before "
                       "stripping, or do not use what is predicted");
  }
}

void add_grids(const model::TrainingFacts& training, const store::PreparedStudy& prepared, std::vector<std::string>& texts) {
  double apart_mm = 0;
  bool several = false;
  for (const store::GridDistance& distance : prepared.distances) {
    several = several || distance.interpolated;
    apart_mm = std::max(apart_mm, distance.distance_mm);
  }
  if (training.one_grid && several) {
    texts.push_back(
        "its images are on different grids, up to " + millimetres(apart_mm) +
        " apart, and those of each training study were on one: if they are not aligned, run `brainmvp register` first");
  }
}

void add_spacing(const model::TrainingFacts& training, const store::PreparedStudy& prepared, std::vector<std::string>& texts) {
  constexpr double kMuchLarger = 1.5;
  const double side_mm = std::ranges::max(prepared.way_back.native.affine.spacing_mm());
  if (training.largest_voxel_mm > 0 && side_mm > kMuchLarger * training.largest_voxel_mm) {
    texts.push_back("its voxels have sides of up to " + millimetres(side_mm) + ", those of the training of at most " +
                    millimetres(training.largest_voxel_mm) + ": expect less of small structures");
  }
}

} // namespace

std::vector<std::string> departures(const model::TrainingFacts& training, const store::PreparedStudy& prepared,
                                    const ChannelPlan& plan) {
  std::vector<std::string> texts;
  add_heads(training, prepared, texts);
  add_grids(training, prepared, texts);
  add_spacing(training, prepared, texts);
  std::vector<std::string> missing;
  for (const std::string& channel : training.always) {
    if (std::ranges::count(plan.used, channel) == 0) {
      missing.push_back(channel);
    }
  }
  if (!missing.empty()) {
    texts.push_back("has no " + join(missing, " and no ") + ", which every study of the training had");
  }
  return texts;
}

} // namespace brainmvp::infer
