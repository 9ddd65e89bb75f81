// Augmentation: plain functions of an image and of parameters that are drawn apart.
#pragma once

#include <torch/types.h>

#include <array>
#include <cstdint>

#include "base/random.h"

namespace brainmvp::train {

// How likely each change is, and how strong at most.
struct AugmentationOptions {
  double flip = 0.5; // of each axis
  double rotation = 0;
  double rotation_degrees = 15; // about each axis
  double scaling = 0;
  double scaling_range = 0.15; // the image grows or shrinks by up to this share
  double intensity_scale = 0.1;
  double intensity_shift = 0.1; // of each channel, in units of its 5th to 95th percentile
  double gamma = 0;
  double gamma_range = 0.3; // exponent 1 / (1 + range) .. 1 + range
  double noise = 0;
  double noise_deviation = 0.05;
  double blur = 0;
  double blur_sigma = 1; // voxels
  double low_resolution = 0;
  double low_resolution_factor = 2; // voxels become so much larger, and are interpolated back
};

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

} // namespace brainmvp::train
