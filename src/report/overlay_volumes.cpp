#include "report/overlay_volumes.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "image/intensity.h"
#include "io/gzip.h"
#include "io/image_file.h"

namespace brainmvp::report {
namespace {

constexpr float kHeadShare = 0.1F; // of the range of intensities: brighter voxels belong to the head
constexpr std::size_t kMarginVoxels = 3;
constexpr double kLowPercentile = 0.5;
constexpr double kHighPercentile = 99.5;

std::array<std::size_t, 3> place_of(const image::Size& size, std::size_t index) {
  return {index % size[0], index / size[0] % size[1], index / (size[0] * size[1])};
}

void scale_to_bytes(image::Volume& volume) {
  const float low = image::percentile(volume.data, kLowPercentile);
  const float high = image::percentile(volume.data, kHighPercentile);
  const float factor = high > low ? 255 / (high - low) : 0;
  for (float& value : volume.data) {
    value = std::clamp(std::round((value - low) * factor), 0.0F, 255.0F);
  }
}

} // namespace

image::Grid head_grid(const image::Volume& volume) {
  const float low = image::percentile(volume.data, kLowPercentile);
  const float threshold = low + kHeadShare * (image::percentile(volume.data, kHighPercentile) - low);
  image::Size first = volume.size;
  image::Size last{0, 0, 0};
  for (std::size_t index = 0; index < volume.data.size(); ++index) {
    if (volume.data[index] > threshold) {
      const auto place = place_of(volume.size, index);
      for (std::size_t axis = 0; axis < 3; ++axis) {
        first[axis] = std::min(first[axis], place[axis]);
        last[axis] = std::max(last[axis], place[axis]);
      }
    }
  }
  if (first[0] > last[0]) {
    return image::grid_of(volume);
  }
  image::Size size{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    first[axis] -= std::min(first[axis], kMarginVoxels);
    size[axis] = std::min(last[axis] + kMarginVoxels, volume.size[axis] - 1) - first[axis] + 1;
  }
  return {.size = size, .affine = image::affine_from(volume.affine, first)};
}

CaseVolumes resampled(const CaseVolumes& volumes, const image::Grid& box, double spacing_mm) {
  const image::Grid grid = image::isotropic_grid(box, spacing_mm);
  CaseVolumes small{.images = {}, .predictions = {}, .reference = {}};
  for (const image::Volume& image : volumes.images) {
    small.images.push_back(image::resample_linear(image, grid, image::Outside::kZero));
    scale_to_bytes(small.images.back());
  }
  for (const image::LabelVolume& prediction : volumes.predictions) {
    small.predictions.push_back(image::resample_nearest(prediction, grid));
  }
  if (volumes.reference) {
    small.reference = image::resample_nearest(*volumes.reference, grid);
  }
  return small;
}

std::string small_nifti(const image::Volume& volume) {
  return io::gzip(io::encode_nifti(volume, {.type = io::StoredType::kUint8}));
}

std::string small_nifti(const image::LabelVolume& volume) {
  image::Volume values{.size = volume.size, .affine = volume.affine, .data = {}};
  std::ranges::transform(volume.data, std::back_inserter(values.data),
                         [](std::int32_t value) { return static_cast<float>(value); });
  return small_nifti(values);
}

} // namespace brainmvp::report
