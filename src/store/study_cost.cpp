#include <algorithm>
#include <string>

#include "store/prepare.h"
#include "store/study_grids.h"

namespace brainmvp::store {
namespace {

// The mask of a field of view and a copy of the values in it, while an image from another grid is scaled. Copies of the
// foreground are no larger than those of the crop.
constexpr std::uint64_t kScalingBytes = sizeof(std::uint8_t) + sizeof(float);

std::size_t bytes_a_voxel(const std::string& data_type) {
  const std::size_t digits = data_type.find_last_not_of("0123456789") + 1;
  return digits < data_type.size() ? std::stoul(data_type.substr(digits)) / 8 : sizeof(double);
}

} // namespace

StudyCost study_cost(const study::Study& study, const PrepareOptions& options) {
  const StudyGrids grids = study_grids(files_as_images(study), options);
  const std::uint64_t target = image::voxel_count(grids.target.size);
  StudyCost cost{.target = grids.target.size};
  std::uint64_t held = 0;                              // until all modalities are loaded, and then as floats
  std::uint64_t largest_step = target * sizeof(float); // beside it, while one file is read or one volume copied
  const bool no_resampling = !options.z_scored && image::same_grid(grids.ras, grids.target);
  for (const io::ImageHeader& header : grids.headers) {
    const std::uint64_t native = image::voxel_count(header.size);
    const std::uint64_t stored = native * header.channels * bytes_a_voxel(header.data_type);
    cost.native_voxels += native * header.channels;
    if (no_resampling && image::same_grid(ras_grid({.size = header.size, .affine = header.affine}), grids.ras)) {
      held += std::max(stored, target * header.channels * sizeof(float));
      largest_step = std::max(largest_step, stored);
    } else {
      held += target * header.channels * sizeof(float);
      largest_step = std::max(largest_step, target * kScalingBytes);
      largest_step = std::max(largest_step, stored + (native + std::max(native, target)) * sizeof(float));
    }
  }
  for (const io::ImageHeader& header : grids.label) {
    const std::uint64_t native = image::voxel_count(header.size);
    cost.native_voxels += native;
    held += target;
    largest_step =
        std::max(largest_step, native * (bytes_a_voxel(header.data_type) + sizeof(std::int32_t)) + target * sizeof(std::int32_t));
  }
  cost.target_voxels = target * study.modalities.size();
  cost.disk_bytes = target * (study.modalities.size() * sizeof(std::int16_t) + grids.label.size());
  cost.held_bytes = held;
  cost.step_bytes = largest_step;
  cost.images = study.modalities.size();
  return cost;
}

} // namespace brainmvp::store
