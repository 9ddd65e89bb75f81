// Augmentation: plain functions of an image and of parameters that are drawn apart.
#pragma once

#include <torch/types.h>

#include <array>
#include <cstdint>

#include "base/random.h"
#include "finetune/augmentation_options.h"

namespace brainmvp::finetune {

struct SpatialDraw {
  std::array<bool, 3> flips{false, false, false};
  std::array<double, 3> angles{0, 0, 0}; // radians about i, j, k
  double scale = 1;                      // above 1 the image grows
};

struct IntensityDraw {
  double scale = 1;
  double shift = 0;
  double gamma = 1;
  double noise_deviation = 0;
  std::uint64_t noise_seed = 0;
  double blur_sigma = 0;
  double low_resolution_factor = 1;
};

SpatialDraw draw_spatial(const AugmentationOptions& options, RandomStream& stream);
IntensityDraw draw_intensity(const AugmentationOptions& options, RandomStream& stream); // of one channel

// x: [C, H, W, D]; the same shape comes back.
torch::Tensor flipped(const torch::Tensor& x, const std::array<bool, 3>& axes);

// About the centre, first about i, then j, then k; 0 comes in from outside.
enum class Interpolation { kLinear, kNearest };
torch::Tensor rotated_and_scaled(const torch::Tensor& x, const SpatialDraw& draw, Interpolation interpolation);

torch::Tensor with_gamma(const torch::Tensor& x, double exponent); // of its distance from 0; 0 and 1 stay
torch::Tensor with_noise(const torch::Tensor& x, double deviation, std::uint64_t seed);
torch::Tensor blurred(const torch::Tensor& x, double sigma);
torch::Tensor at_low_resolution(const torch::Tensor& x, double factor);

// All of a draw: x [C, H, W, D].
torch::Tensor changed_in_space(const torch::Tensor& x, const SpatialDraw& draw, Interpolation interpolation);

// One channel [H, W, D]: blur, low resolution, noise, gamma, then scale and shift.
torch::Tensor changed_in_intensity(const torch::Tensor& channel, const IntensityDraw& draw);

} // namespace brainmvp::finetune
