#include "store/crop_placement.h"

#include <algorithm>
#include <string>

#include "base/error.h"

namespace brainmvp::store {
namespace {

// One axis of a volume, padded to the crop and centred in a grid.
struct Axis {
  std::int64_t padded;
  std::int64_t front;  // padding before the volume
  std::int64_t offset; // index in the grid of the padded volume's first voxel
};

Axis place_axis(std::size_t volume, std::size_t crop, std::size_t grid) {
  const auto padded = static_cast<std::int64_t>(std::max(volume, crop));
  const std::int64_t difference = static_cast<std::int64_t>(grid) - padded;
  return {.padded = padded,
          .front = (padded - static_cast<std::int64_t>(volume)) / 2,
          .offset = difference >= 0 ? difference / 2 : -((1 - difference) / 2)};
}

} // namespace

Start grid_offset(const image::Size& volume, const image::Size& crop, const image::Size& grid) {
  Start result{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const Axis place = place_axis(volume[axis], crop[axis], grid[axis]);
    result[axis] = place.offset + place.front;
  }
  return result;
}

void check_grid(const image::Size& crop, const image::Size& grid) {
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (crop[axis] == 0 || grid[axis] < crop[axis]) {
      const auto text = [](const image::Size& size) {
        return std::to_string(size[0]) + "x" + std::to_string(size[1]) + "x" + std::to_string(size[2]);
      };
      throw Error(ExitCode::kUsage,
                  "crops of " + text(crop) + " do not fit the grid of " + text(grid) + "; choose smaller crops or a larger grid");
    }
  }
}

CropPlace draw_place(const image::Size& volume, const image::Size& crop, const image::Size& grid, RandomStream& stream) {
  CropPlace place;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const Axis a = place_axis(volume[axis], crop[axis], grid[axis]);
    const auto side = static_cast<std::int64_t>(crop[axis]);
    const std::int64_t first = std::max<std::int64_t>(0, -a.offset);
    const std::int64_t last = std::min(a.padded - side, static_cast<std::int64_t>(grid[axis]) - side - a.offset);
    const std::int64_t drawn = first + static_cast<std::int64_t>(stream.below(static_cast<std::uint64_t>(last - first + 1)));
    place.start[axis] = drawn - a.front;
    place.grid_start[axis] = static_cast<std::size_t>(drawn + a.offset);
  }
  return place;
}

std::size_t count_larger_than(const Store& store, std::span<const std::size_t> positions, const image::Size& grid) {
  return static_cast<std::size_t>(std::ranges::count_if(positions, [&](std::size_t position) {
    const image::Size& size = store.studies()[position].size();
    return size[0] > grid[0] || size[1] > grid[1] || size[2] > grid[2];
  }));
}

} // namespace brainmvp::store
