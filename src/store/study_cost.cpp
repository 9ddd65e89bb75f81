#include <algorithm>
#include <string>

#include "store/prepare.h"
#include "store/study_grids.h"

namespace brainmvp::store {
namespace {

std::size_t bytes_a_voxel(const std::string& data_type) {
  const std::size_t digits = data_type.find_last_not_of("0123456789") + 1;
  return digits < data_type.size() ? std::stoul(data_type.substr(digits)) / 8 : sizeof(double);
}

std::uint64_t voxels(const image::Size& size) { return std::uint64_t{size[0]} * size[1] * size[2]; }

} // namespace

StudyCost study_cost(const study::Study& study, const PrepareOptions& options) {
  const StudyGrids grids = study_grids(study, options);
  const std::uint64_t target = voxels(grids.target.size);
  const std::uint64_t modalities = study.modalities.size();
  StudyCost cost;
  std::uint64_t largest_file = 0; // while it is loaded: as stored, as floats, and one channel in RAS order
  const auto add = [&](const io::ImageHeader& header) {
    const std::uint64_t count = voxels(header.size) * header.channels;
    cost.native_voxels += count;
    const std::uint64_t bytes = count * (bytes_a_voxel(header.data_type) + sizeof(float)) + voxels(header.size) * sizeof(float);
    largest_file = std::max(largest_file, bytes);
  };
  std::ranges::for_each(grids.headers, add);
  std::ranges::for_each(grids.label, add);
  cost.target_voxels = target * modalities;
  cost.disk_bytes = target * (modalities * sizeof(std::int16_t) + grids.label.size());
  // All modalities as floats, and beside them the file that is read or one more volume (label, percentiles, crop).
  cost.memory_bytes = target * (modalities * sizeof(float) + 1) + std::max(largest_file, target * sizeof(float));
  return cost;
}

} // namespace brainmvp::store
