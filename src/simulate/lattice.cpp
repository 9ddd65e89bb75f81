#include "simulate/lattice.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace brainmvp::simulate {
namespace {

// out[n] = the line's value at first + n * step, which is kept between 0 and last. The wider registers give the same bits.
[[gnu::target_clones("avx2", "default")]] void interpolate(const float* line, float first, float step, float last,
                                                           std::span<float> out) {
  const auto count = static_cast<std::int32_t>(out.size());
  float* values = out.data();
  for (std::int32_t n = 0; n < count; ++n) {
    const float x = std::min(std::max(first + step * static_cast<float>(n), 0.0F), last);
    const auto low = static_cast<std::int32_t>(x);
    values[n] = line[low] + (x - static_cast<float>(low)) * (line[low + 1] - line[low]);
  }
}

} // namespace

Lattice::Lattice(const Extent& extent, double spacing_mm)
    : origin_mm_(extent.low_mm), spacing_mm_(spacing_mm), points_per_mm_(1 / spacing_mm), size_{}, last_{} {
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double length = std::max(0.0, extent.high_mm[axis] - extent.low_mm[axis]);
    size_[axis] = static_cast<std::size_t>(std::ceil(length / spacing_mm)) + 2;
    last_[axis] = std::nextafter(static_cast<float>(size_[axis] - 1), 0.0F);
  }
  values_.assign(size_[0] * size_[1] * size_[2], 0.0F);
}

Vector Lattice::position(std::size_t i, std::size_t j, std::size_t k) const {
  return {origin_mm_[0] + spacing_mm_ * static_cast<double>(i), origin_mm_[1] + spacing_mm_ * static_cast<double>(j),
          origin_mm_[2] + spacing_mm_ * static_cast<double>(k)};
}

void Lattice::row(const Vector& start_mm, double step_mm, std::span<float> out) const {
  const Cell j = cell(start_mm, 1);
  const Cell k = cell(start_mm, 2);
  const float* corner = values_.data() + size_[0] * (j.low + size_[1] * k.low);
  std::vector<float> line(size_[0] + 1);
  for (std::size_t i = 0; i < size_[0]; ++i) {
    const float* low = corner + i;
    const float* high = low + size_[0] * size_[1];
    const float at_low = low[0] + j.share * (low[size_[0]] - low[0]);
    const float at_high = high[0] + j.share * (high[size_[0]] - high[0]);
    line[i] = at_low + k.share * (at_high - at_low);
  }
  line[size_[0]] = line[size_[0] - 1];
  interpolate(line.data(), static_cast<float>((start_mm[0] - origin_mm_[0]) / spacing_mm_),
              static_cast<float>(step_mm / spacing_mm_), static_cast<float>(size_[0] - 1), out);
}

void Lattice::fill(const std::function<double(const Vector&)>& function) {
  std::size_t at = 0;
  for (std::size_t k = 0; k < size_[2]; ++k) {
    for (std::size_t j = 0; j < size_[1]; ++j) {
      for (std::size_t i = 0; i < size_[0]; ++i) {
        values_[at++] = static_cast<float>(function(position(i, j, k)));
      }
    }
  }
}

void Lattice::smooth(std::size_t axis) {
  const std::array<std::size_t, 3> steps{1, size_[0], size_[0] * size_[1]};
  const std::size_t step = steps[axis];
  for (std::size_t start = 0; start < values_.size(); ++start) {
    if ((start / step) % size_[axis] != 0) {
      continue;
    }
    float before = values_[start];
    for (std::size_t n = 0; n < size_[axis]; ++n) {
      float& here = values_[start + n * step];
      const float after = n + 1 < size_[axis] ? values_[start + (n + 1) * step] : here;
      const float old = here;
      here = 0.25F * before + 0.5F * here + 0.25F * after;
      before = old;
    }
  }
}

void Lattice::smooth() {
  for (std::size_t axis = 0; axis < 3; ++axis) {
    smooth(axis);
  }
}

void Lattice::fill_random(RandomStream& stream, int passes) {
  std::ranges::generate(values_, [&stream] { return static_cast<float>(stream.normal()); });
  double spread = 1;
  // Weights of `passes` times (1 2 1)/4 are binomial; their squares sum to choose(4p, 2p)/4^2p along each axis.
  for (int n = 1; n <= 2 * passes; ++n) {
    spread *= (2.0 * n - 1) / (2.0 * n);
  }
  for (int pass = 0; pass < passes; ++pass) {
    smooth();
  }
  const auto gain = static_cast<float>(1 / std::sqrt(spread * spread * spread));
  std::ranges::for_each(values_, [gain](float& value) { value *= gain; });
}

} // namespace brainmvp::simulate
