// Grey pictures of volumes: slices, put side by side.
//
//   const GreyImage middle = slice(volume, Plane::kAxial, slice_count(volume.size, Plane::kAxial) / 2);
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "image/volume.h"

namespace brainmvp::image {

// Rows from the top, one byte a pixel, 0 black.
struct GreyImage {
  std::size_t width = 0;
  std::size_t height = 0;
  std::vector<std::uint8_t> pixels;
};

enum class Plane { kAxial, kCoronal, kSagittal };

// The values shown black and white; what is between them is linear, what is outside is clipped.
struct Window {
  float black = 0;
  float white = 1;
};

// Number of slices of a volume in RAS order.
std::size_t slice_count(const Size& size, Plane plane);

// One slice of a volume in RAS order, one pixel a voxel, neurological (the patient's left is on the left): axial with
// anterior on top, coronal with superior on top, sagittal with anterior on the right and superior on top. Non-finite values
// are black. Throws Error(kInternal) for an index outside the volume.
GreyImage slice(const Volume& volume, Plane plane, std::size_t index, const Window& window = {});

// Copies `part` into `onto` with its corner at column x and row y; what sticks out is left off.
void paste(const GreyImage& part, std::size_t x, std::size_t y, GreyImage& onto);

// A row of pictures from the left, tops aligned, and a column of pictures from the top, left sides aligned; black between.
GreyImage beside(std::span<const GreyImage> parts, std::size_t gap_pixels);
GreyImage stacked(std::span<const GreyImage> parts, std::size_t gap_pixels);

} // namespace brainmvp::image
