#include "simulate/acquisition.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "simulate/deformation.h"
#include "simulate/normal_table.h"

namespace brainmvp::simulate {
namespace {

// Indices n of a row at start + n * step for which all three coordinates stay within [0, size - 1].
struct Interval {
  std::ptrdiff_t begin, end;
};

Interval inside(const Vector& start, const Vector& step, const image::Size& size, std::size_t count) {
  double begin = 0;
  double end = static_cast<double>(count);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double last = static_cast<double>(size[axis]) - 1.001;
    if (std::abs(step[axis]) < 1e-12) {
      if (start[axis] < 0 || start[axis] > last) {
        return {.begin = 0, .end = 0};
      }
      continue;
    }
    const double a = -start[axis] / step[axis];
    const double b = (last - start[axis]) / step[axis];
    begin = std::max(begin, std::ceil(std::min(a, b)));
    end = std::min(end, std::floor(std::max(a, b)) + 1);
  }
  return {.begin = static_cast<std::ptrdiff_t>(begin), .end = static_cast<std::ptrdiff_t>(std::max(begin, end))};
}

class RowSampler {
public:
  explicit RowSampler(const image::Volume& source)
      : source_(source), row_(static_cast<std::ptrdiff_t>(source.size[0])),
        slice_(static_cast<std::ptrdiff_t>(source.size[0] * source.size[1])) {}

  // out[n] += weight * value at start + n * step, in voxels of the source.
  void add(const Vector& start, const Vector& step, float weight, std::span<float> out) const {
    const Interval range = inside(start, step, source_.size, out.size());
    const std::array<float, 3> first{static_cast<float>(start[0]), static_cast<float>(start[1]), static_cast<float>(start[2])};
    const std::array<float, 3> along{static_cast<float>(step[0]), static_cast<float>(step[1]), static_cast<float>(step[2])};
    for (std::ptrdiff_t n = range.begin; n < range.end; ++n) {
      const auto t = static_cast<float>(n);
      const float x = std::max(0.0F, first[0] + t * along[0]);
      const float y = std::max(0.0F, first[1] + t * along[1]);
      const float z = std::max(0.0F, first[2] + t * along[2]);
      const int i = static_cast<int>(x);
      const int j = static_cast<int>(y);
      const int k = static_cast<int>(z);
      out[static_cast<std::size_t>(n)] +=
          weight * cell(source_.data.data() + i + row_ * j + slice_ * k, x - static_cast<float>(i), y - static_cast<float>(j),
                        z - static_cast<float>(k));
    }
  }

private:
  [[nodiscard]] float cell(const float* p, float x, float y, float z) const {
    const auto along = [x](const float* q) { return q[0] + x * (q[1] - q[0]); };
    const float a = along(p);
    const float b = along(p + row_);
    const float c = along(p + slice_);
    const float d = along(p + slice_ + row_);
    const float low = a + y * (b - a);
    return low + z * (c + y * (d - c) - low);
  }

  const image::Volume& source_;
  std::ptrdiff_t row_;
  std::ptrdiff_t slice_;
};

} // namespace

image::Volume sample(const image::Volume& source, const image::Grid& target, const image::Affine& place, int samples_along_k) {
  const image::Affine to_voxel = source.affine.inverse().after(place).after(target.affine);
  image::Volume out{.size = target.size, .affine = target.affine, .data = {}};
  out.data.assign(out.voxels(), 0.0F);
  const RowSampler sampler(source);
  const Vector step{to_voxel.matrix[0][0], to_voxel.matrix[1][0], to_voxel.matrix[2][0]};
  for (std::size_t k = 0; k < target.size[2]; ++k) {
    for (int part = 0; part < samples_along_k; ++part) {
      const double within = (part + 0.5) / samples_along_k - 0.5;
      for (std::size_t j = 0; j < target.size[1]; ++j) {
        const Vector start = to_voxel.apply({0, static_cast<double>(j), static_cast<double>(k) + within});
        sampler.add(start, step, 1.0F / static_cast<float>(samples_along_k),
                    std::span(out.data).subspan(out.index(0, j, k), out.size[0]));
      }
    }
  }
  return out;
}

image::Affine draw_misplacement(double turn_deg, double shift_mm, RandomStream& stream) {
  image::Affine place;
  std::array<double, 3> angle{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    angle[axis] = std::clamp(stream.normal(), -2.5, 2.5) * turn_deg * std::numbers::pi / 180;
    place.translation[axis] = std::clamp(stream.normal(), -2.5, 2.5) * shift_mm;
  }
  for (std::size_t axis = 0; axis < 3; ++axis) {
    image::Affine turn;
    const std::size_t a = (axis + 1) % 3;
    const std::size_t b = (axis + 2) % 3;
    turn.matrix[a][a] = turn.matrix[b][b] = std::cos(angle[axis]);
    turn.matrix[a][b] = -std::sin(angle[axis]);
    turn.matrix[b][a] = std::sin(angle[axis]);
    place = place.after(turn);
  }
  return place;
}

Lattice draw_bias(const Extent& extent, double strength, RandomStream& stream) {
  struct Wave {
    Vector k;
    double phase, height;
  };
  std::vector<Wave> waves(6);
  for (Wave& wave : waves) {
    const double wave_mm = 180 + 180 * stream.uniform();
    Vector direction{stream.normal(), stream.normal(), stream.normal()};
    const double size = std::sqrt(direction[0] * direction[0] + direction[1] * direction[1] + direction[2] * direction[2]) + 1e-9;
    wave.k = {direction[0] * 2 * std::numbers::pi / (wave_mm * size), direction[1] * 2 * std::numbers::pi / (wave_mm * size),
              direction[2] * 2 * std::numbers::pi / (wave_mm * size)};
    wave.phase = 2 * std::numbers::pi * stream.uniform();
    wave.height = strength * stream.normal() / 2;
  }
  Lattice bias(extent, 8);
  bias.fill([&waves](const Vector& p) {
    double exponent = 0;
    for (const Wave& wave : waves) {
      exponent += wave.height * std::cos(wave.k[0] * p[0] + wave.k[1] * p[1] + wave.k[2] * p[2] + wave.phase);
    }
    return std::exp(exponent);
  });
  return bias;
}

void multiply(image::Volume& volume, const Lattice& factor, const image::Affine& place) {
  const image::Affine to_mm = place.after(volume.affine);
  const Vector column{to_mm.matrix[0][0], to_mm.matrix[1][0], to_mm.matrix[2][0]};
  constexpr std::size_t kStride = 8; // the factor is smooth: interpolated along rows that may run in any direction
  for (std::size_t k = 0; k < volume.size[2]; ++k) {
    for (std::size_t j = 0; j < volume.size[1]; ++j) {
      const Vector start = to_mm.apply({0, static_cast<double>(j), static_cast<double>(k)});
      const std::span<float> row = std::span(volume.data).subspan(volume.index(0, j, k), volume.size[0]);
      const auto at = [&](std::size_t i) {
        const auto n = static_cast<double>(i);
        return factor.at({start[0] + n * column[0], start[1] + n * column[1], start[2] + n * column[2]});
      };
      float left = at(0);
      for (std::size_t i = 0; i < row.size(); i += kStride) {
        const float right = at(i + kStride);
        for (std::size_t n = i; n < std::min(i + kStride, row.size()); ++n) {
          row[n] *= left + (right - left) * static_cast<float>(n - i) / static_cast<float>(kStride);
        }
        left = right;
      }
    }
  }
}

void add_rician_noise(std::span<float> values, float sigma, const RandomStream& stream) {
  FastNormal normal(stream);
  for (float& value : values) {
    const float real = value + sigma * normal();
    const float imaginary = sigma * normal();
    value = std::sqrt(real * real + imaginary * imaginary);
  }
}

void soften(image::Volume& volume, std::size_t axis, float share) {
  const std::array<std::size_t, 3> strides{1, volume.size[0], volume.size[0] * volume.size[1]};
  const std::size_t stride = strides[axis];
  const std::size_t block = stride * volume.size[axis];
  const float centre = 1 - 2 * share;
  std::vector<float> before(stride);
  for (std::size_t start = 0; start < volume.data.size(); start += block) {
    std::copy_n(volume.data.begin() + static_cast<std::ptrdiff_t>(start), stride, before.begin());
    for (std::size_t n = 0; n < volume.size[axis]; ++n) {
      float* here = volume.data.data() + start + n * stride;
      const float* after = n + 1 < volume.size[axis] ? here + stride : here;
      for (std::size_t i = 0; i < stride; ++i) {
        const float old = here[i];
        here[i] = centre * old + share * (before[i] + after[i]);
        before[i] = old;
      }
    }
  }
}

} // namespace brainmvp::simulate
