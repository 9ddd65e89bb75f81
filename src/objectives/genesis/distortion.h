// What Models Genesis does to a crop (Zhou et al. 2021, arXiv 2004.07882, section 3), with the numbers of its public code: plain
// functions of a crop [H, W, D], the last axis fastest, values in [0, 1], and of a stream of draws.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "base/random.h"

namespace brainmvp::objectives {

using Sides = std::array<std::int64_t, 3>;

struct CropView {
  std::span<float> values;
  Sides size;
};

// At most three flips, each with that probability after the one before it, of an axis drawn each time: what is left of them.
std::array<bool, 3> draw_flips(double probability, RandomStream& stream);

// 10,000 boxes with sides of 1 to a tenth of the crop's get the crop's own values there in a drawn order.
void shuffle_locally(const CropView& crop, RandomStream& stream);

// Intensities through a curve: values between rising places, linear; below the first and above the last the value there.
struct IntensityCurve {
  std::vector<double> places, values;
  [[nodiscard]] double at(double intensity) const;
};

// A cubic Bezier curve from (0, 0) to (1, 1) with two drawn control points. Half of them rise; the others are turned, from 1 to
// 0.
IntensityCurve draw_curve(RandomStream& stream);
IntensityCurve bezier_curve(const std::array<double, 2>& first, const std::array<double, 2>& second, bool rises);

// Up to five boxes with sides of 1/6 to 1/3 of the crop's are filled with uniform noise; each further one with 0.95.
void paint_inside(const CropView& crop, RandomStream& stream);

// All but one to five boxes with sides of 3/7 to 4/7 of the crop's.
void paint_outside(const CropView& crop, RandomStream& stream);

struct DistortionRates {
  double shuffle = 0.5;
  double curve = 0.9;
  double paint = 0.9;
  double inside = 0.2; // of what is painted; the rest outside
};

// All of it, in this order.
void distort(const CropView& crop, const DistortionRates& rates, RandomStream& stream);

} // namespace brainmvp::objectives
