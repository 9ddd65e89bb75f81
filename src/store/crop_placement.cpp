#include "store/crop_placement.h"

#include <algorithm>
#include <string>

#include "base/error.h"

namespace brainmvp::store {
namespace {

// One axis of a volume, padded to the crop and centred in the template grid.
struct Axis {
  std::int64_t padded;
  std::int64_t front;  // padding before the volume
  std::int64_t offset; // template index of the padded volume's first voxel
};

Axis place_axis(std::size_t volume, std::size_t crop, std::size_t template_size) {
  const auto padded = static_cast<std::int64_t>(std::max(volume, crop));
  const std::int64_t difference = static_cast<std::int64_t>(template_size) - padded;
  return {.padded = padded,
          .front = (padded - static_cast<std::int64_t>(volume)) / 2,
          .offset = difference >= 0 ? difference / 2 : -((1 - difference) / 2)};
}

} // namespace

Start template_offset(const image::Size& volume, const image::Size& crop, const image::Size& template_size) {
  Start result{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const Axis place = place_axis(volume[axis], crop[axis], template_size[axis]);
    result[axis] = place.offset + place.front;
  }
  return result;
}

void check_template_size(const image::Size& crop, const image::Size& template_size) {
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (crop[axis] == 0 || template_size[axis] < crop[axis]) {
      const auto text = [](const image::Size& size) {
        return std::to_string(size[0]) + "x" + std::to_string(size[1]) + "x" + std::to_string(size[2]);
      };
      throw Error(ExitCode::kUsage, "crops of " + text(crop) + " do not fit the template grid of " + text(template_size) +
                                        "; choose smaller crops or a larger grid");
    }
  }
}

CropPlace draw_place(const image::Size& volume, const image::Size& crop, const image::Size& template_size, RandomStream& stream) {
  CropPlace place;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const Axis a = place_axis(volume[axis], crop[axis], template_size[axis]);
    const auto side = static_cast<std::int64_t>(crop[axis]);
    const std::int64_t first = std::max<std::int64_t>(0, -a.offset);
    const std::int64_t last = std::min(a.padded - side, static_cast<std::int64_t>(template_size[axis]) - side - a.offset);
    const std::int64_t drawn = first + static_cast<std::int64_t>(stream.below(static_cast<std::uint64_t>(last - first + 1)));
    place.start[axis] = drawn - a.front;
    place.template_start[axis] = static_cast<std::size_t>(drawn + a.offset);
  }
  return place;
}

std::size_t count_larger_than(const Store& store, std::span<const std::size_t> positions, const image::Size& template_size) {
  return static_cast<std::size_t>(std::ranges::count_if(positions, [&](std::size_t position) {
    const image::Size& size = store.studies()[position].size();
    return size[0] > template_size[0] || size[1] > template_size[1] || size[2] > template_size[2];
  }));
}

} // namespace brainmvp::store
