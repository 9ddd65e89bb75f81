#include <algorithm>
#include <array>
#include <numeric>

#include "image/slice.h"
#include "report/overlay_volumes.h"
#include "report/overlays.h"

namespace brainmvp::report {
namespace {

constexpr std::array<image::Plane, 3> kPlanes{image::Plane::kAxial, image::Plane::kCoronal, image::Plane::kSagittal};
constexpr std::array<std::size_t, 3> kNormals{2, 1, 0}; // the axis that a plane's slices are counted along
constexpr std::array<Colour, 7> kColours{
    {{230, 159, 0}, {213, 94, 0}, {0, 158, 115}, {204, 121, 167}, {240, 228, 66}, {86, 180, 233}, {160, 160, 160}}};
constexpr std::size_t kGapPixels = 4;
constexpr int kGreySteps = 4; // coarser greys, smaller files

// Along each axis the slice with most labels; the middle without any.
std::array<std::size_t, 3> fullest_slices(const image::LabelVolume& labels) {
  std::array<std::vector<std::size_t>, 3> counts;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    counts[axis].resize(labels.size[axis]);
  }
  for (std::size_t k = 0; k < labels.size[2]; ++k) {
    for (std::size_t j = 0; j < labels.size[1]; ++j) {
      for (std::size_t i = 0; i < labels.size[0]; ++i) {
        const std::size_t here = labels.data[labels.index(i, j, k)] != 0 ? 1 : 0;
        counts[0][i] += here;
        counts[1][j] += here;
        counts[2][k] += here;
      }
    }
  }
  std::array<std::size_t, 3> fullest{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const auto most = std::ranges::max_element(counts[axis]);
    fullest[axis] = *most == 0 ? labels.size[axis] / 2 : static_cast<std::size_t>(most - counts[axis].begin());
  }
  return fullest;
}

// A slice of values from 0 to 255 as they are.
image::GreyImage slice_of(const image::Volume& volume, image::Plane plane, std::size_t index) {
  return image::slice(volume, plane, index, {.black = 0, .white = 255});
}

image::Volume as_values(const image::LabelVolume& labels) {
  image::Volume values{.size = labels.size, .affine = labels.affine, .data = {}};
  std::ranges::transform(labels.data, std::back_inserter(values.data),
                         [](std::int32_t value) { return static_cast<float>(value); });
  return values;
}

// Whether a pixel is foreground beside background.
bool on_edge(const image::GreyImage& labels, std::size_t x, std::size_t y) {
  const std::size_t at = y * labels.width + x;
  return labels.pixels[at] != 0 && ((x > 0 && labels.pixels[at - 1] == 0) || (y > 0 && labels.pixels[at - labels.width] == 0) ||
                                    (x + 1 < labels.width && labels.pixels[at + 1] == 0) ||
                                    (y + 1 < labels.height && labels.pixels[at + labels.width] == 0));
}

struct Slices {
  image::GreyImage grey;
  image::GreyImage prediction;
  image::GreyImage reference; // empty without one
};

Colour mixed(std::uint8_t grey, const Colour& colour) {
  const auto half = [grey](std::uint8_t part) { return static_cast<std::uint8_t>((grey + 2 * part) / 3); };
  return {half(colour.red), half(colour.green), half(colour.blue)};
}

void paint(const Slices& slices, std::size_t left, std::size_t top, io::Picture& picture) {
  for (std::size_t y = 0; y < slices.grey.height; ++y) {
    for (std::size_t x = 0; x < slices.grey.width; ++x) {
      const std::size_t at = y * slices.grey.width + x;
      const auto grey = static_cast<std::uint8_t>(slices.grey.pixels[at] / kGreySteps * kGreySteps);
      const int label = slices.prediction.pixels[at];
      Colour colour = label == 0 ? Colour{grey, grey, grey} : mixed(grey, label_colour(label));
      if (!slices.reference.pixels.empty() && on_edge(slices.reference, x, y)) {
        colour = kOutlineColour;
      }
      std::uint8_t* pixel = picture.pixels.data() + 3 * ((top + y) * picture.width + left + x);
      pixel[0] = colour.red;
      pixel[1] = colour.green;
      pixel[2] = colour.blue;
    }
  }
}

} // namespace

Colour label_colour(int value) { return kColours[static_cast<std::size_t>(std::max(value, 1) - 1) % kColours.size()]; }

io::Picture overlay_picture(const CaseVolumes& volumes, std::size_t prediction) {
  const image::Volume labels = as_values(volumes.predictions.at(prediction));
  const image::Volume reference = volumes.reference ? as_values(*volumes.reference) : image::Volume{};
  const auto shown = fullest_slices(volumes.reference ? *volumes.reference : volumes.predictions[prediction]);
  std::vector<Slices> parts;
  io::Picture picture{.width = kGapPixels * (kPlanes.size() - 1), .height = 0, .channels = 3, .pixels = {}};
  for (std::size_t plane = 0; plane < kPlanes.size(); ++plane) {
    const std::size_t index = shown[kNormals[plane]];
    parts.push_back({.grey = slice_of(volumes.image, kPlanes[plane], index),
                     .prediction = slice_of(labels, kPlanes[plane], index),
                     .reference = volumes.reference ? slice_of(reference, kPlanes[plane], index) : image::GreyImage{}});
    picture.width += parts.back().grey.width;
    picture.height = std::max(picture.height, parts.back().grey.height);
  }
  picture.pixels.assign(3 * picture.width * picture.height, 0);
  std::size_t left = 0;
  for (const Slices& part : parts) {
    paint(part, left, (picture.height - part.grey.height) / 2, picture);
    left += part.grey.width + kGapPixels;
  }
  return picture;
}

} // namespace brainmvp::report
