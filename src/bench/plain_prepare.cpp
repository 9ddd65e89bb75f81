#include "bench/plain_prepare.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <memory>
#include <utility>

#include "base/error.h"
#include "image/intensity.h"
#include "image/orientation.h"
#include "image/resample.h"
#include "io/image_file.h"

namespace brainmvp::bench {
namespace fs = std::filesystem;
namespace {

using Volumes = std::vector<image::Volume>;

constexpr std::size_t kDataOffset = 352;

image::Volume plain_load(const fs::path& path) {
  const io::ImageHeader header = io::read_header(path);
  image::Volume volume{.size = header.size, .affine = header.affine, .data = {}};
  std::vector<std::int16_t> stored(volume.voxels());
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), &gzclose);
  std::array<char, kDataOffset> front{};
  const auto bytes = static_cast<unsigned>(stored.size() * sizeof(std::int16_t));
  if (header.data_type != "int16" || file == nullptr || gzread(file.get(), front.data(), kDataOffset) != int{kDataOffset} ||
      gzread(file.get(), stored.data(), bytes) != static_cast<int>(bytes)) {
    throw Error(ExitCode::kBadInput, path.string() + ": not a whole gzipped int16 volume");
  }
  volume.data.assign(stored.begin(), stored.end());
  return volume;
}

image::Volume plain_reorder(const image::Volume& volume) {
  const image::AxisOrder order = image::order_to_ras(volume.affine);
  image::Volume out{.size = image::reordered_size(volume.size, order),
                    .affine = image::reordered_affine(volume.affine, volume.size, order),
                    .data = {}};
  out.data.resize(out.voxels());
  for (std::size_t k = 0; k < out.size[2]; ++k) {
    for (std::size_t j = 0; j < out.size[1]; ++j) {
      for (std::size_t i = 0; i < out.size[0]; ++i) {
        const image::Size at{i, j, k};
        image::Size from{};
        for (std::size_t axis = 0; axis < 3; ++axis) {
          from[order.source_axis[axis]] = order.flipped[axis] ? out.size[axis] - 1 - at[axis] : at[axis];
        }
        out.data[out.index(i, j, k)] = volume.data[volume.index(from[0], from[1], from[2])];
      }
    }
  }
  return out;
}

float plain_interpolate(const image::Volume& volume, const image::Vector& at) {
  image::Size low{};
  image::Size high{};
  std::array<float, 3> weight{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double x = std::clamp(at[axis], 0.0, static_cast<double>(volume.size[axis] - 1));
    low[axis] = static_cast<std::size_t>(x);
    high[axis] = std::min(low[axis] + 1, volume.size[axis] - 1);
    weight[axis] = static_cast<float>(x - static_cast<double>(low[axis]));
  }
  float sum = 0;
  for (unsigned corner = 0; corner < 8; ++corner) {
    image::Size index{};
    float share = 1;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const bool far_side = ((corner >> axis) & 1U) != 0;
      index[axis] = far_side ? high[axis] : low[axis];
      share *= far_side ? weight[axis] : 1 - weight[axis];
    }
    sum += share * volume.data[volume.index(index[0], index[1], index[2])];
  }
  return sum;
}

image::Volume plain_resample(const image::Volume& volume) {
  const image::Grid grid = image::isotropic_grid(image::grid_of(volume), 1.0);
  if (image::same_grid(image::grid_of(volume), grid)) {
    return volume;
  }
  const image::Affine map = volume.affine.inverse().after(grid.affine);
  image::Volume out{.size = grid.size, .affine = grid.affine, .data = {}};
  out.data.reserve(out.voxels());
  for (std::size_t k = 0; k < out.size[2]; ++k) {
    for (std::size_t j = 0; j < out.size[1]; ++j) {
      for (std::size_t i = 0; i < out.size[0]; ++i) {
        out.data.push_back(
            plain_interpolate(volume, map.apply({static_cast<double>(i), static_cast<double>(j), static_cast<double>(k)})));
      }
    }
  }
  return out;
}

// The mask of all volumes first, as array libraries do it, then its margins.
void plain_crop(Volumes& volumes) {
  const image::Size size = volumes.front().size;
  std::vector<std::uint8_t> mask(volumes.front().voxels());
  for (const image::Volume& volume : volumes) {
    std::ranges::transform(mask, volume.data, mask.begin(), [](std::uint8_t any, float value) {
      return static_cast<std::uint8_t>(any != 0 || value > 0 ? 1 : 0);
    });
  }
  image::Size margin = size;
  std::size_t at = 0;
  for (std::size_t k = 0; k < size[2]; ++k) {
    for (std::size_t j = 0; j < size[1]; ++j) {
      for (std::size_t i = 0; i < size[0]; ++i) {
        if (mask[at++] != 0) {
          margin = {std::min({margin[0], i, size[0] - 1 - i}), std::min({margin[1], j, size[1] - 1 - j}),
                    std::min({margin[2], k, size[2] - 1 - k})};
        }
      }
    }
  }
  if (margin == size) {
    throw Error(ExitCode::kBadInput, "no voxel above 0, so there is nothing to crop to");
  }
  for (image::Volume& volume : volumes) {
    volume = image::crop(volume, {.begin = margin, .end = {size[0] - margin[0], size[1] - margin[1], size[2] - margin[2]}});
  }
}

double plain_percentile(const std::vector<float>& sorted, double q) {
  const double rank = q / 100 * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(rank);
  const double low = sorted[below];
  const double high = sorted[std::min(below + 1, sorted.size() - 1)];
  return low + (high - low) * (rank - static_cast<double>(below));
}

void plain_scale(image::Volume& volume) {
  std::vector<float> sorted = volume.data;
  std::ranges::sort(sorted);
  const auto low = static_cast<float>(plain_percentile(sorted, 5));
  const auto high = static_cast<float>(plain_percentile(sorted, 95));
  std::vector<float> scaled(volume.data.size());
  if (high > low) {
    std::ranges::transform(volume.data, scaled.begin(), [=](float value) { return (value - low) / (high - low); });
  }
  volume.data = std::move(scaled);
}

} // namespace

std::vector<image::Volume> plain_prepare(std::span<const fs::path> files) {
  Volumes volumes;
  for (const fs::path& file : files) {
    volumes.push_back(plain_resample(plain_reorder(plain_load(file))));
  }
  plain_crop(volumes);
  for (image::Volume& volume : volumes) {
    plain_scale(volume);
  }
  plain_crop(volumes);
  return volumes;
}

} // namespace brainmvp::bench
