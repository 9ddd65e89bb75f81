#include "image/intensity.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "base/error.h"

namespace brainmvp::image {
namespace {

// Smallest distance of a positive voxel from either end of each axis, for one volume; the box is that margin on both sides.
Size positive_margin(const Volume& volume) {
  const Size& n = volume.size;
  Size margin = n;
  const auto nearer = [&n](std::size_t axis, std::size_t at) { return std::min(at, n[axis] - 1 - at); };
  for (std::size_t k = 0; k < n[2]; ++k) {
    for (std::size_t j = 0; j < n[1]; ++j) {
      const float* row = volume.data.data() + volume.index(0, j, k);
      const float* first = std::find_if(row, row + n[0], [](float value) { return value > 0; });
      if (first == row + n[0]) {
        continue;
      }
      const float* last = row + n[0] - 1;
      while (!(*last > 0)) {
        --last;
      }
      margin[0] = std::min(
          {margin[0], nearer(0, static_cast<std::size_t>(first - row)), nearer(0, static_cast<std::size_t>(last - row))});
      margin[1] = std::min(margin[1], nearer(1, j));
      margin[2] = std::min(margin[2], nearer(2, k));
    }
  }
  return margin;
}

} // namespace

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
    const Size one = positive_margin(volume);
    for (std::size_t axis = 0; axis < 3; ++axis) {
      margin[axis] = std::min(margin[axis], one[axis]);
    }
  }
  if (margin == size) {
    return std::nullopt;
  }
  return Box{.begin = margin, .end = {size[0] - margin[0], size[1] - margin[1], size[2] - margin[2]}};
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
  out.affine = volume.affine;
  out.affine.translation = volume.affine.apply(
      {static_cast<double>(box.begin[0]), static_cast<double>(box.begin[1]), static_cast<double>(box.begin[2])});
  out.data.reserve(out.voxels());
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

float percentile(std::span<const float> values, double q) {
  if (values.empty() || !(q >= 0 && q <= 100)) {
    throw Error(ExitCode::kInternal, "percentile: needs values and a rank in [0, 100]");
  }
  std::vector<float> sorted(values.begin(), values.end());
  const double rank = q / 100 * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::ptrdiff_t>(rank);
  std::ranges::nth_element(sorted, sorted.begin() + below);
  const double low = sorted[static_cast<std::size_t>(below)];
  const double fraction = rank - static_cast<double>(below);
  if (fraction == 0) {
    return static_cast<float>(low);
  }
  const double high = *std::min_element(sorted.begin() + below + 1, sorted.end());
  return static_cast<float>(low + (high - low) * fraction);
}

void scale_to_unit(std::span<float> values, float low, float high) {
  if (!(high > low)) {
    std::ranges::fill(values, 0.0F);
    return;
  }
  const float range = high - low;
  for (float& value : values) {
    value = std::clamp((value - low) / range, 0.0F, 1.0F);
  }
}

} // namespace brainmvp::image
