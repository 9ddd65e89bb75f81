#include "io/raster.h"

#include <algorithm>
#include <string>

#include "base/error.h"

namespace brainmvp::io {
namespace {

constexpr std::uint64_t kMaximumBytes = std::uint64_t{1} << 62;
constexpr std::size_t kWidestHead = 4096; // voxels along an axis

} // namespace

std::uint64_t Raster::voxel_bytes() const {
  return header.channels * image::voxel_count(header.size) * element_size(encoding.element);
}

void set_dimensions(Raster& raster, std::span<const std::int64_t> dimensions, const std::string& name) {
  std::uint64_t bytes = element_size(raster.encoding.element);
  for (std::size_t axis = 0; axis < dimensions.size(); ++axis) {
    const std::int64_t count = dimensions[axis];
    if (count < 1) {
      throw Error(ExitCode::kBadInput, name + ": dimension " + std::to_string(axis + 1) + " is " + std::to_string(count) +
                                           (count < 0 ? ", a negative dimension" : "") +
                                           ", where at least 1 is needed; the header is damaged");
    }
    if (static_cast<std::uint64_t>(count) > kMaximumBytes / bytes) {
      throw Error(ExitCode::kBadInput, name + ": dimensions of more than 2^62 bytes; the header is damaged");
    }
    bytes *= static_cast<std::uint64_t>(count);
  }
  ImageHeader& header = raster.header;
  header.size = {1, 1, 1};
  header.channels = 1;
  for (std::size_t axis = 0; axis < dimensions.size(); ++axis) {
    const auto count = static_cast<std::size_t>(dimensions[axis]);
    if (axis < 3) {
      header.size[axis] = count;
    } else if (count > 1) {
      if (header.channels > 1) {
        throw Error(ExitCode::kBadInput,
                    name + ": more than one axis beyond the third is longer than 1; save its volumes as separate files");
      }
      header.channels = count;
    }
  }
  const std::size_t longest = *std::ranges::max_element(header.size);
  if (longest > kWidestHead) {
    throw Error(ExitCode::kBadInput, name + ": an axis has " + std::to_string(longest) +
                                         " voxels: surface data or a table stored as an image, and no head; leave the file out");
  }
}

} // namespace brainmvp::io
