#include "register/pyramid.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "image/intensity.h"
#include "register/voxels.h"

namespace brainmvp::registration {
namespace {

using image::Size;
using image::Vector;
using image::Volume;

constexpr std::size_t kIntensityBins = 256;

} // namespace

Volume shrunk(const Volume& volume, double spacing_mm) {
  const Vector spacing = volume.affine.spacing_mm();
  Size block{};
  Volume out;
  out.affine = volume.affine;
  Vector first{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    block[axis] = std::clamp<std::size_t>(static_cast<std::size_t>(spacing_mm / spacing[axis] + 0.01), 1, volume.size[axis]);
    out.size[axis] = (volume.size[axis] + block[axis] - 1) / block[axis];
    first[axis] = (static_cast<double>(block[axis]) - 1) / 2;
    for (std::size_t row = 0; row < 3; ++row) {
      out.affine.matrix[row][axis] *= static_cast<double>(block[axis]);
    }
  }
  out.affine.translation = volume.affine.apply(first);
  std::vector<double> sums(out.voxels());
  std::vector<float> counts(out.voxels());
  for_each_voxel(volume.size, [&](std::size_t at, const Size& place) {
    const std::size_t to = out.index(place[0] / block[0], place[1] / block[1], place[2] / block[2]);
    sums[to] += static_cast<double>(volume.data[at]);
    counts[to] += 1;
  });
  out.data.resize(out.voxels());
  std::ranges::transform(sums, counts, out.data.begin(), [](double sum, float count) { return static_cast<float>(sum) / count; });
  return out;
}

void clip_outliers(Volume& volume) {
  std::vector<float> positive;
  std::ranges::copy_if(volume.data, std::back_inserter(positive), [](float value) { return value > 0; });
  const float low = image::percentile(volume.data, 0.1);
  const float high = positive.empty() ? *std::ranges::max_element(volume.data) : image::percentile(positive, 99.9);
  if (low < high) {
    std::ranges::for_each(volume.data, [&](float& value) { value = std::clamp(value, low, high); });
  }
}

float otsu_threshold(const Volume& volume) {
  const auto [low, high] = std::ranges::minmax(volume.data);
  const double width = (static_cast<double>(high) - static_cast<double>(low)) / kIntensityBins;
  if (!(width > 0)) {
    return low;
  }
  std::array<double, kIntensityBins> counts{};
  double total = 0;
  for (const float value : volume.data) {
    const auto bin = static_cast<std::size_t>((static_cast<double>(value) - static_cast<double>(low)) / width);
    counts[std::min(bin, kIntensityBins - 1)] += 1;
  }
  for (std::size_t bin = 0; bin < kIntensityBins; ++bin) {
    total += static_cast<double>(bin) * counts[bin];
  }
  const auto all = static_cast<double>(volume.data.size());
  double below = 0;
  double sum_below = 0;
  double best = -1;
  std::size_t threshold = 0;
  for (std::size_t bin = 0; bin + 1 < kIntensityBins; ++bin) {
    below += counts[bin];
    sum_below += static_cast<double>(bin) * counts[bin];
    if (below <= 0 || below >= all) {
      continue;
    }
    const double difference = sum_below / below - (total - sum_below) / (all - below);
    const double between = below * (all - below) * difference * difference;
    if (between > best) {
      best = between;
      threshold = bin + 1;
    }
  }
  return static_cast<float>(static_cast<double>(low) + width * static_cast<double>(threshold));
}

Vector centre_of_mass(const Volume& volume) {
  const float threshold = otsu_threshold(volume);
  Vector sum{};
  double weight = 0;
  for_each_voxel(volume.size, [&](std::size_t at, const Size& place) {
    if (volume.data[at] >= threshold) {
      const Vector index = centre_of(place);
      weight += 1;
      for (std::size_t axis = 0; axis < 3; ++axis) {
        sum[axis] += index[axis];
      }
    }
  });
  return volume.affine.apply({sum[0] / weight, sum[1] / weight, sum[2] / weight});
}

} // namespace brainmvp::registration
