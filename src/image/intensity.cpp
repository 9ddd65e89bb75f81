#include "image/intensity.h"

#include <algorithm>
#include <string>

#include "base/error.h"
#include "base/memory.h"
#include "image/positive_margin.h"

namespace brainmvp::image {

std::optional<Box> box_within(const Size& size, const Size& margin) {
  if (margin == size) {
    return std::nullopt;
  }
  return Box{.begin = margin, .end = {size[0] - margin[0], size[1] - margin[1], size[2] - margin[2]}};
}

std::optional<Box> centre_symmetric_foreground(std::span<const Volume> volumes) {
  if (volumes.empty()) {
    return std::nullopt;
  }
  const Size size = volumes.front().size;
  Size margin = size;
  for (const Volume& volume : volumes) {
    if (volume.size != size || volume.data.size() != volume.voxels()) {
      throw Error(ExitCode::kInternal, "foreground: the volumes are not on one grid");
    }
    const Size one = positive_margin(size, [&volume](std::size_t at) { return volume.data[at]; });
    for (std::size_t axis = 0; axis < 3; ++axis) {
      margin[axis] = std::min(margin[axis], one[axis]);
    }
  }
  return box_within(size, margin);
}

template <class T>
BasicVolume<T> crop(const BasicVolume<T>& volume, const Box& box) {
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (box.begin[axis] >= box.end[axis] || box.end[axis] > volume.size[axis]) {
      throw Error(ExitCode::kInternal, "crop: box outside the volume on axis " + std::to_string(axis));
    }
  }
  BasicVolume<T> out;
  out.size = box.size();
  out.affine = affine_from(volume.affine, box.begin);
  out.data.reserve(out.voxels());
  prefer_large_pages(out.data.data(), out.voxels() * sizeof(T));
  for (std::size_t k = box.begin[2]; k < box.end[2]; ++k) {
    for (std::size_t j = box.begin[1]; j < box.end[1]; ++j) {
      const T* row = volume.data.data() + volume.index(box.begin[0], j, k);
      out.data.insert(out.data.end(), row, row + out.size[0]);
    }
  }
  return out;
}

template BasicVolume<float> crop(const BasicVolume<float>&, const Box&);
template BasicVolume<std::int32_t> crop(const BasicVolume<std::int32_t>&, const Box&);
template BasicVolume<std::int16_t> crop(const BasicVolume<std::int16_t>&, const Box&);
template BasicVolume<std::uint8_t> crop(const BasicVolume<std::uint8_t>&, const Box&);

void scale_between(std::span<float> values, float low, float high) {
  if (!(high > low)) {
    std::ranges::fill(values, 0.0F);
    return;
  }
  const float range = high - low;
  for (float& value : values) {
    value = (value - low) / range;
  }
}

} // namespace brainmvp::image
