#include "register/align.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "base/error.h"
#include "register/ascent.h"
#include "register/head_points.h"
#include "register/pyramid.h"

namespace brainmvp::registration {
namespace {

using image::Vector;
using image::Volume;

struct Level {
  double spacing_mm;
  Region region;
  std::size_t points;
  Steps steps;
};
constexpr Level kStartLevel{.spacing_mm = 8, .region = Region::kHead, .points = 4000, .steps = {.first_mm = 8, .last_mm = 1}};
constexpr Level kCoarseLevel{.spacing_mm = 4, .region = Region::kHead, .points = 15000, .steps = {.first_mm = 2, .last_mm = 0.2}};
constexpr Level kMiddleLevel{
    .spacing_mm = 2, .region = Region::kInside, .points = 30000, .steps = {.first_mm = 0.7, .last_mm = 0.05}};
constexpr Level kFineLevel{
    .spacing_mm = 1, .region = Region::kInside, .points = 60000, .steps = {.first_mm = 0.25, .last_mm = 0.015}};
constexpr double kStartTurn = 25 * std::numbers::pi / 180;
constexpr double kLeastStartOverlap = 0.3; // of the head, for a start to be taken
constexpr double kClearly = 1.05;          // times the information of the headers' place, for another start to be taken

// The headers' word, the centres of the heads on each other, and these turned about each axis.
std::vector<Rigid> starts(const Volume& reference, const Volume& moving) {
  const Rigid as_it_is{.centre = centre_of_mass(reference)};
  Rigid centred = as_it_is;
  const Vector centre = centre_of_mass(moving);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    centred.translation[axis] = centre[axis] - as_it_is.centre[axis];
  }
  std::vector<Rigid> all{as_it_is, centred};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    for (const double turn : {-kStartTurn, kStartTurn}) {
      Vector rotation{};
      rotation[axis] = turn;
      all.push_back(centred.moved(rotation, {}));
    }
  }
  return all;
}

// Both images at the spacing of a level, and the points that it compares.
struct Pair {
  Pair(const Volume& reference, const Volume& moving, const Level& level, double finest_mm, std::uint64_t seed)
      : reference_image(shrunk(reference, std::max(level.spacing_mm, finest_mm))),
        moving_image(shrunk(moving, std::max(level.spacing_mm, finest_mm))),
        points(head_points(reference_image, level.region, level.points, seed)),
        information(reference_image, moving_image, points) {}
  Volume reference_image;
  Volume moving_image;
  std::vector<Vector> points;
  MutualInformation information;
};

// Where the headers place the images, or the start that ends clearly higher: at 4 mm, since 8 mm cannot tell small motions.
Rigid best_start(const Volume& reference, const Volume& moving, const AlignOptions& options) {
  const Pair start(reference, moving, kStartLevel, options.finest_mm, options.seed);
  const Pair coarse(reference, moving, kCoarseLevel, options.finest_mm, options.seed);
  std::vector<Rigid> all = starts(start.reference_image, start.moving_image);
  const Ascent as_it_is = ascend(coarse.information, all.front(), kCoarseLevel.steps);
  Ascent other{.rigid = all.front(), .at = {}};
  for (const Rigid& from : all) {
    const Ascent found = ascend(start.information, from, kStartLevel.steps);
    if (found.at.value > other.at.value && found.at.overlap >= kLeastStartOverlap) {
      other = found;
    }
  }
  other = ascend(coarse.information, other.rigid, kCoarseLevel.steps);
  return other.at.value > kClearly * as_it_is.at.value ? other.rigid : as_it_is.rigid;
}

Alignment measured(const Pair& pair, const Rigid& motion, double repeat_mm) {
  const Rigid nothing{.centre = motion.centre};
  const MutualInformation::Evaluation after = pair.information.evaluate(motion);
  return {.to_moving = motion,
          .information_before = pair.information.evaluate(nothing).value,
          .information_after = after.value,
          .overlap = after.overlap,
          .displacement_mm = mean_distance_mm(motion.affine(), nothing.affine(), pair.points),
          .repeat_mm = repeat_mm};
}

Volume checked(const Volume& volume, const char* what) {
  if (std::ranges::min(volume.size) < 4) {
    throw Error(ExitCode::kBadInput, std::string(what) + ": fewer than 4 voxels along an axis, which is no volume to align");
  }
  const auto [low, high] = std::ranges::minmax(volume.data);
  if (!(low < high)) {
    throw Error(ExitCode::kBadInput,
                std::string(what) + ": every voxel has the same value, so there is nothing to align; leave it out");
  }
  Volume clipped = volume;
  clip_outliers(clipped);
  return clipped;
}

} // namespace

Alignment align(const Volume& reference_image, const Volume& moving_image, const AlignOptions& options) {
  const Volume reference = checked(reference_image, "the reference");
  const Volume moving = checked(moving_image, "the image");
  const Rigid start = best_start(reference, moving, options);
  const Pair middle(reference, moving, kMiddleLevel, options.finest_mm, options.seed);
  const Rigid near = ascend(middle.information, start, kMiddleLevel.steps).rigid;
  const Pair fine(reference, moving, kFineLevel, options.finest_mm, options.seed);
  const MutualInformation others(fine.reference_image, fine.moving_image,
                                 head_points(fine.reference_image, kFineLevel.region, kFineLevel.points, options.seed + 1));
  const Rigid found = ascend(fine.information, near, kFineLevel.steps).rigid;
  const Rigid again = ascend(others, near, kFineLevel.steps).rigid;
  const double repeat_mm = mean_distance_mm(found.affine(), again.affine(), fine.points);
  const Alignment moved = measured(fine, found, repeat_mm);
  return moved.information_after < moved.information_before ? measured(fine, {.centre = near.centre}, repeat_mm) : moved;
}

Alignment aligned_by(const Rigid& motion, const Volume& reference, const Volume& moving, const AlignOptions& options) {
  const Pair fine(checked(reference, "the reference"), checked(moving, "the image"), kFineLevel, options.finest_mm, options.seed);
  return measured(fine, motion, 0);
}

} // namespace brainmvp::registration
