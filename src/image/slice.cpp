#include "image/slice.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "base/error.h"

namespace brainmvp::image {
namespace {

// Volume axes of a plane: across the picture, up the picture, and through it.
constexpr std::array<std::size_t, 3> axes_of(Plane plane) {
  switch (plane) {
  case Plane::kAxial:
    return {0, 1, 2};
  case Plane::kCoronal:
    return {0, 2, 1};
  case Plane::kSagittal:
    break;
  }
  return {1, 2, 0};
}

std::uint8_t grey(float value, const Window& window) {
  const float range = window.white - window.black;
  if (!std::isfinite(value) || range <= 0) {
    return 0;
  }
  return static_cast<std::uint8_t>(std::lround(255.0F * std::clamp((value - window.black) / range, 0.0F, 1.0F)));
}

GreyImage black(std::size_t width, std::size_t height) { return {width, height, std::vector<std::uint8_t>(width * height, 0)}; }

} // namespace

std::size_t slice_count(const Size& size, Plane plane) { return size[axes_of(plane)[2]]; }

GreyImage slice(const Volume& volume, Plane plane, std::size_t index, const Window& window) {
  const auto [across, up, through] = axes_of(plane);
  if (index >= volume.size[through]) {
    throw Error(ExitCode::kInternal,
                "slice " + std::to_string(index) + " of a volume that has " + std::to_string(volume.size[through]));
  }
  GreyImage picture = black(volume.size[across], volume.size[up]);
  Size voxel{0, 0, 0};
  voxel[through] = index;
  for (std::size_t row = 0; row < picture.height; ++row) {
    voxel[up] = picture.height - 1 - row;
    for (std::size_t column = 0; column < picture.width; ++column) {
      voxel[across] = column;
      picture.pixels[row * picture.width + column] = grey(volume.data[volume.index(voxel[0], voxel[1], voxel[2])], window);
    }
  }
  return picture;
}

void paste(const GreyImage& part, std::size_t x, std::size_t y, GreyImage& onto) {
  const std::size_t width = x < onto.width ? std::min(part.width, onto.width - x) : 0;
  for (std::size_t row = 0; row < part.height && y + row < onto.height; ++row) {
    std::copy_n(part.pixels.begin() + static_cast<std::ptrdiff_t>(row * part.width), width,
                onto.pixels.begin() + static_cast<std::ptrdiff_t>((y + row) * onto.width + std::min(x, onto.width)));
  }
}

GreyImage beside(std::span<const GreyImage> parts, std::size_t gap_pixels) {
  GreyImage size;
  for (const GreyImage& part : parts) {
    size.width += part.width + (&part == parts.data() ? 0 : gap_pixels);
    size.height = std::max(size.height, part.height);
  }
  GreyImage row = black(size.width, size.height);
  std::size_t x = 0;
  for (const GreyImage& part : parts) {
    paste(part, x, 0, row);
    x += part.width + gap_pixels;
  }
  return row;
}

GreyImage stacked(std::span<const GreyImage> parts, std::size_t gap_pixels) {
  GreyImage size;
  for (const GreyImage& part : parts) {
    size.height += part.height + (&part == parts.data() ? 0 : gap_pixels);
    size.width = std::max(size.width, part.width);
  }
  GreyImage column = black(size.width, size.height);
  std::size_t y = 0;
  for (const GreyImage& part : parts) {
    paste(part, 0, y, column);
    y += part.height + gap_pixels;
  }
  return column;
}

} // namespace brainmvp::image
