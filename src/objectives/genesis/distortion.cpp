#include "objectives/genesis/distortion.h"

#include <algorithm>
#include <functional>

namespace brainmvp::objectives {
namespace {

constexpr int kWindows = 10000;     // that are shuffled
constexpr int kMostBoxes = 5;       // that are painted, or spared
constexpr double kGoOn = 0.95;      // with another box
constexpr std::int64_t kMargin = 3; // voxels between a box and the crop's border, where there is room
constexpr int kCurvePoints = 1000;

struct Box {
  Sides start, size;
};

bool comes_up(double probability, RandomStream& stream) { return stream.uniform() < probability; }

std::int64_t draw_between(std::int64_t lowest, std::int64_t highest, RandomStream& stream) {
  return lowest + static_cast<std::int64_t>(stream.below(static_cast<std::uint64_t>(highest - lowest + 1)));
}

// Somewhere in the crop.
Box draw_box(const Sides& crop, const Sides& size, std::int64_t margin, RandomStream& stream) {
  Box box{.start = {}, .size = size};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const std::int64_t room = crop[axis] - size[axis];
    const std::int64_t border = std::min(margin, room / 2);
    box.start[axis] = draw_between(border, room - border, stream);
  }
  return box;
}

// Sides from `least` to `most` times an n-th of the crop's.
Sides draw_sides(const Sides& crop, std::int64_t least, std::int64_t most, std::int64_t n, RandomStream& stream) {
  Sides sides{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const auto part = [&](std::int64_t share) { return std::max<std::int64_t>(1, crop[axis] * share / n); };
    sides[axis] = draw_between(part(least), part(most), stream);
  }
  return sides;
}

void for_each_voxel(const Sides& crop, const Box& box, const std::function<void(std::size_t)>& work) {
  for (std::int64_t i = 0; i < box.size[0]; ++i) {
    for (std::int64_t j = 0; j < box.size[1]; ++j) {
      const std::int64_t row = ((box.start[0] + i) * crop[1] + box.start[1] + j) * crop[2] + box.start[2];
      for (std::int64_t k = 0; k < box.size[2]; ++k) {
        work(static_cast<std::size_t>(row + k));
      }
    }
  }
}

} // namespace

std::array<bool, 3> draw_flips(double probability, RandomStream& stream) {
  std::array<bool, 3> flips{};
  for (int left = 3; left > 0 && comes_up(probability, stream); --left) {
    const std::uint64_t axis = stream.below(3);
    flips[axis] = !flips[axis];
  }
  return flips;
}

void shuffle_locally(const CropView& crop, RandomStream& stream) {
  const std::vector<float> before(crop.values.begin(), crop.values.end());
  std::vector<float> window;
  for (int count = 0; count < kWindows; ++count) {
    Sides sides{};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      sides[axis] = draw_between(1, std::max<std::int64_t>(1, crop.size[axis] / 10), stream);
    }
    const Box box = draw_box(crop.size, sides, 0, stream);
    window.clear();
    for_each_voxel(crop.size, box, [&](std::size_t voxel) { window.push_back(before[voxel]); });
    for (std::size_t i = window.size(); i > 1; --i) {
      std::swap(window[i - 1], window[stream.below(i)]);
    }
    auto next = window.begin();
    for_each_voxel(crop.size, box, [&](std::size_t voxel) { crop.values[voxel] = *next++; });
  }
}

double IntensityCurve::at(double intensity) const {
  const auto above = std::ranges::upper_bound(places, intensity);
  if (above == places.begin()) {
    return values.front();
  }
  if (above == places.end()) {
    return values.back();
  }
  const auto i = static_cast<std::size_t>(above - places.begin());
  const double part = (intensity - places[i - 1]) / (places[i] - places[i - 1]);
  return values[i - 1] + part * (values[i] - values[i - 1]);
}

IntensityCurve bezier_curve(const std::array<double, 2>& first, const std::array<double, 2>& second, bool rises) {
  IntensityCurve curve;
  for (int point = 0; point < kCurvePoints; ++point) {
    const double t = static_cast<double>(point) / (kCurvePoints - 1);
    const double b1 = 3 * t * (1 - t) * (1 - t), b2 = 3 * t * t * (1 - t), b3 = t * t * t;
    curve.places.push_back(b1 * first[0] + b2 * second[0] + b3);
    curve.values.push_back(b1 * first[1] + b2 * second[1] + b3);
  }
  std::ranges::sort(curve.places);
  if (rises) {
    std::ranges::sort(curve.values);
  } else {
    std::ranges::reverse(curve.values);
  }
  return curve;
}

IntensityCurve draw_curve(RandomStream& stream) {
  std::array<std::array<double, 2>, 2> points{};
  for (auto& [x, y] : points) {
    x = stream.uniform();
    y = stream.uniform();
  }
  return bezier_curve(points[0], points[1], !comes_up(0.5, stream));
}

void paint_inside(const CropView& crop, RandomStream& stream) {
  for (int left = kMostBoxes; left > 0 && comes_up(kGoOn, stream); --left) {
    const Sides sides = draw_sides(crop.size, 1, 2, 6, stream);
    for_each_voxel(crop.size, draw_box(crop.size, sides, kMargin, stream),
                   [&](std::size_t voxel) { crop.values[voxel] = static_cast<float>(stream.uniform()); });
  }
}

void paint_outside(const CropView& crop, RandomStream& stream) {
  const std::vector<float> before(crop.values.begin(), crop.values.end());
  std::ranges::generate(crop.values, [&] { return static_cast<float>(stream.uniform()); });
  int left = kMostBoxes;
  do {
    Sides sides = draw_sides(crop.size, 3, 4, 7, stream);
    std::ranges::transform(crop.size, sides, sides.begin(), std::minus());
    for_each_voxel(crop.size, draw_box(crop.size, sides, kMargin, stream),
                   [&](std::size_t voxel) { crop.values[voxel] = before[voxel]; });
  } while (--left > 0 && comes_up(kGoOn, stream));
}

void distort(const CropView& crop, const DistortionRates& rates, RandomStream& stream) {
  if (comes_up(rates.shuffle, stream)) {
    shuffle_locally(crop, stream);
  }
  if (comes_up(rates.curve, stream)) {
    const IntensityCurve curve = draw_curve(stream);
    std::ranges::transform(crop.values, crop.values.begin(), [&](float value) { return static_cast<float>(curve.at(value)); });
  }
  if (comes_up(rates.paint, stream)) {
    if (comes_up(rates.inside, stream)) {
      paint_inside(crop, stream);
    } else {
      paint_outside(crop, stream);
    }
  }
}

} // namespace brainmvp::objectives
