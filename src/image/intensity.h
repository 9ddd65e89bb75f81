// Foreground boxes, crops and intensity scaling of the preparation (design: load, RAS, 1 mm, crop, scale, crop).
#pragma once

#include <array>
#include <optional>
#include <span>

#include "image/volume.h"

namespace brainmvp::image {

// Half-open box of voxels: begin <= index < end.
struct Box {
  Size begin{0, 0, 0};
  Size end{0, 0, 0};
  [[nodiscard]] Size size() const { return {end[0] - begin[0], end[1] - begin[1], end[2] - begin[2]}; }
  bool operator==(const Box&) const = default;
};

// Smallest box, symmetric about the centre of the grid, that holds every voxel above 0 of any of `volumes` (all on one
// grid). Nothing when there is no such voxel.
std::optional<Box> centre_symmetric_foreground(std::span<const Volume> volumes);

// The box that `margin` voxels at both ends of each axis leave; nothing when the margin is the whole size (positive_margin.h).
std::optional<Box> box_within(const Size& size, const Size& margin);

// The part of a volume inside `box`, its affine moved along.
template <class T>
BasicVolume<T> crop(const BasicVolume<T>& volume, const Box& box);

// Percentile q in [0, 100] with linear interpolation between ranks, by selection (numpy's default method). Two of them
// share their pass over the values.
float percentile(std::span<const float> values, double q);
std::array<float, 2> percentiles(std::span<const float> values, std::array<double, 2> q);

// Maps low to 0 and high to 1, and goes on beyond them; all zeros when high <= low.
void scale_between(std::span<float> values, float low, float high);

} // namespace brainmvp::image
