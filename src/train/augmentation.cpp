#include "train/augmentation.h"

#include <ATen/ops/affine_grid_generator.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/conv3d.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/flip.h>
#include <ATen/ops/grid_sampler.h>
#include <ATen/ops/replication_pad3d.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/upsample_nearest3d.h>
#include <ATen/ops/upsample_trilinear3d.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <span>

namespace brainmvp::train {
namespace {

using torch::Tensor;
using Matrix = std::array<std::array<double, 3>, 3>;

bool happens(double probability, RandomStream& stream) { return stream.uniform() < probability; }

double between(double low, double high, RandomStream& stream) { return low + (high - low) * stream.uniform(); }

// Uniform in the logarithm, so that a factor is as likely as its inverse.
double factor_within(double range, RandomStream& stream) {
  const double limit = std::log(1 + range);
  return std::exp(between(-limit, limit, stream));
}

Matrix product(const Matrix& a, const Matrix& b) {
  Matrix result{};
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t column = 0; column < 3; ++column) {
      for (std::size_t k = 0; k < 3; ++k) {
        result[row][column] += a[row][k] * b[k][column];
      }
    }
  }
  return result;
}

Matrix rotation_about(std::size_t axis, double angle) {
  const std::size_t first = (axis + 1) % 3;
  const std::size_t second = (axis + 2) % 3;
  Matrix matrix{};
  matrix[axis][axis] = 1;
  matrix[first][first] = matrix[second][second] = std::cos(angle);
  matrix[first][second] = -std::sin(angle);
  matrix[second][first] = std::sin(angle);
  return matrix;
}

// From places in the result to places in x, in torch's normalised coordinates: axes reversed, each side 2 long.
Tensor sampling_matrix(const SpatialDraw& draw, at::IntArrayRef sizes) {
  // The inverse of turning about i, j, k is turning back about k, j, i.
  const Matrix back = product(rotation_about(0, -draw.angles[0]),
                              product(rotation_about(1, -draw.angles[1]), rotation_about(2, -draw.angles[2])));
  std::vector<float> values;
  for (std::size_t row = 3; row-- > 0;) {
    for (std::size_t column = 3; column-- > 0;) {
      const double aspect = static_cast<double>(sizes[column + 1]) / static_cast<double>(sizes[row + 1]);
      values.push_back(static_cast<float>(back[row][column] * aspect / draw.scale));
    }
    values.push_back(0);
  }
  return at::tensor(values).view({1, 3, 4});
}

} // namespace

SpatialDraw draw_spatial(const AugmentationOptions& options, RandomStream& stream) {
  SpatialDraw draw;
  for (bool& flip : draw.flips) {
    flip = happens(options.flip, stream);
  }
  if (happens(options.rotation, stream)) {
    const double limit = options.rotation_degrees * std::numbers::pi / 180;
    for (double& angle : draw.angles) {
      angle = between(-limit, limit, stream);
    }
  }
  if (happens(options.scaling, stream)) {
    draw.scale = factor_within(options.scaling_range, stream);
  }
  return draw;
}

IntensityDraw draw_intensity(const AugmentationOptions& options, RandomStream& stream) {
  IntensityDraw draw;
  draw.scale = 1 + between(-options.intensity_scale, options.intensity_scale, stream);
  draw.shift = between(-options.intensity_shift, options.intensity_shift, stream);
  if (happens(options.gamma, stream)) {
    draw.gamma = factor_within(options.gamma_range, stream);
  }
  if (happens(options.noise, stream)) {
    draw.noise_deviation = between(0, options.noise_deviation, stream);
    draw.noise_seed = stream.next();
  }
  if (happens(options.blur, stream)) {
    draw.blur_sigma = between(0.5 * options.blur_sigma, options.blur_sigma, stream);
  }
  if (happens(options.low_resolution, stream)) {
    draw.low_resolution_factor = between(1, options.low_resolution_factor, stream);
  }
  return draw;
}

Tensor flipped(const Tensor& x, const std::array<bool, 3>& axes) {
  std::vector<std::int64_t> dimensions;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (axes[axis]) {
      dimensions.push_back(static_cast<std::int64_t>(axis) + 1);
    }
  }
  return dimensions.empty() ? x : at::flip(x, dimensions);
}

Tensor rotated_and_scaled(const Tensor& x, const SpatialDraw& draw, Interpolation interpolation) {
  const Tensor batch = x.unsqueeze(0);
  const Tensor grid = at::affine_grid_generator(sampling_matrix(draw, x.sizes()).to(x.device()), batch.sizes(), false);
  constexpr std::int64_t kZeros = 0;
  return at::grid_sampler(batch, grid, interpolation == Interpolation::kLinear ? 0 : 1, kZeros, false).squeeze(0);
}

Tensor with_gamma(const Tensor& x, double exponent) { return x.sign() * x.abs().pow(exponent); }

Tensor with_noise(const Tensor& x, double deviation, std::uint64_t seed) {
  Tensor noise = at::empty(x.sizes(), at::kFloat);
  RandomStream stream({seed});
  for (float& value : std::span(noise.mutable_data_ptr<float>(), static_cast<std::size_t>(noise.numel()))) {
    value = static_cast<float>(deviation * stream.normal());
  }
  return x + noise.to(x.device());
}

Tensor blurred(const Tensor& x, double sigma) {
  const auto radius = static_cast<std::int64_t>(std::ceil(3 * sigma));
  Tensor kernel = at::arange(-radius, radius + 1, x.options().dtype(at::kFloat));
  kernel = (kernel.square() * (-0.5 / (sigma * sigma))).exp();
  kernel = kernel / kernel.sum();
  Tensor result = x.unsqueeze(1); // [C, 1, H, W, D]: the same kernel for each channel
  for (std::int64_t axis = 2; axis < 5; ++axis) {
    std::vector<std::int64_t> shape{1, 1, 1, 1, 1};
    std::vector<std::int64_t> padding(6, 0);
    shape[static_cast<std::size_t>(axis)] = kernel.size(0);
    padding[static_cast<std::size_t>(2 * (4 - axis))] = padding[static_cast<std::size_t>(2 * (4 - axis) + 1)] = radius;
    result = at::conv3d(at::replication_pad3d(result, padding), kernel.view(shape));
  }
  return result.squeeze(1);
}

Tensor at_low_resolution(const Tensor& x, double factor) {
  std::vector<std::int64_t> small;
  for (std::int64_t axis = 1; axis < 4; ++axis) {
    small.push_back(std::max<std::int64_t>(std::llround(static_cast<double>(x.size(axis)) / factor), 1));
  }
  const Tensor coarse = at::upsample_nearest3d(x.unsqueeze(0), small);
  return at::upsample_trilinear3d(coarse, x.sizes().slice(1), false).squeeze(0);
}

Tensor changed_in_space(const Tensor& x, const SpatialDraw& draw, Interpolation interpolation) {
  const bool turns = std::ranges::any_of(draw.angles, [](double angle) { return angle != 0; }) || draw.scale != 1;
  return flipped(turns ? rotated_and_scaled(x, draw, interpolation) : x, draw.flips);
}

Tensor changed_in_intensity(const Tensor& channel, const IntensityDraw& draw) {
  Tensor x = channel.unsqueeze(0);
  if (draw.blur_sigma > 0) {
    x = blurred(x, draw.blur_sigma);
  }
  if (draw.low_resolution_factor > 1) {
    x = at_low_resolution(x, draw.low_resolution_factor);
  }
  if (draw.noise_deviation > 0) {
    x = with_noise(x, draw.noise_deviation, draw.noise_seed);
  }
  if (draw.gamma != 1) {
    x = with_gamma(x, draw.gamma);
  }
  return x.squeeze(0) * draw.scale + draw.shift;
}

} // namespace brainmvp::train
