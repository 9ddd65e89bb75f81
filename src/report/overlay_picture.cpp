#include <algorithm>
#include <array>
#include <set>

#include "image/slice.h"
#include "io/png.h"
#include "report/contours.h"
#include "report/overlay_volumes.h"
#include "report/overlays.h"

namespace brainmvp::report {
namespace {

struct PlaneKind {
  image::Plane plane;
  const char* name;
  std::size_t normal; // the axis that its slices are counted along
};
constexpr std::array<PlaneKind, 3> kPlanes{
    {{image::Plane::kAxial, "axial", 2}, {image::Plane::kCoronal, "coronal", 1}, {image::Plane::kSagittal, "sagittal", 0}}};
// Bright on greys, and apart for eyes that see red and green alike.
constexpr std::array<Colour, 8> kColours{{{255, 176, 0},
                                          {86, 180, 255},
                                          {0, 205, 150},
                                          {240, 110, 190},
                                          {240, 228, 66},
                                          {230, 100, 30},
                                          {175, 165, 255},
                                          {200, 200, 200}}};
constexpr int kGreySteps = 4; // coarser greys, smaller files

// A slice of values from 0 to 255 as they are.
image::GreyImage slice_of(const image::Volume& volume, image::Plane plane, std::size_t index) {
  return image::slice(volume, plane, index, {.black = 0, .white = 255});
}

image::GreyImage labels_in(const image::LabelVolume& labels, image::Plane plane, std::size_t index) {
  image::Volume values{.size = labels.size, .affine = labels.affine, .data = {}};
  std::ranges::transform(labels.data, std::back_inserter(values.data),
                         [](std::int32_t value) { return static_cast<float>(value); });
  return slice_of(values, plane, index);
}

std::vector<Contour> contours_in(const image::GreyImage& labels) {
  std::set<int> values(labels.pixels.begin(), labels.pixels.end());
  values.erase(0);
  std::vector<Contour> contours;
  for (const int value : values) {
    contours.push_back({.label = value, .path = contour_path(labels, value)});
  }
  return contours;
}

std::string grey_png(image::GreyImage slice) {
  for (std::uint8_t& pixel : slice.pixels) {
    pixel = static_cast<std::uint8_t>(pixel / kGreySteps * kGreySteps);
  }
  return io::encode_png({.width = slice.width, .height = slice.height, .channels = 1, .pixels = std::move(slice.pixels)});
}

} // namespace

Colour label_colour(int value) { return kColours[static_cast<std::size_t>(std::max(value, 1) - 1) % kColours.size()]; }

image::Size lesion_of(const CaseVolumes& volumes) {
  const auto empty = [](const image::LabelVolume& labels) {
    return std::ranges::all_of(labels.data, [](std::int32_t value) { return value == 0; });
  };
  const bool of_reference = volumes.reference && (volumes.predictions.empty() || !empty(*volumes.reference));
  const image::LabelVolume& labels = of_reference ? *volumes.reference : volumes.predictions.front();
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
  image::Size place{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const auto most = std::ranges::max_element(counts[axis]);
    place[axis] = *most == 0 ? labels.size[axis] / 2 : static_cast<std::size_t>(most - counts[axis].begin());
  }
  return place;
}

std::vector<PlaneView> plane_views(const CaseVolumes& volumes, const image::Size& place) {
  std::vector<PlaneView> views;
  for (const PlaneKind& kind : kPlanes) {
    const std::size_t index = place[kind.normal];
    PlaneView view;
    view.plane = kind.name;
    for (const image::Volume& image : volumes.images) {
      image::GreyImage slice = slice_of(image, kind.plane, index);
      view.width = slice.width;
      view.height = slice.height;
      view.images.push_back(grey_png(std::move(slice)));
    }
    for (const image::LabelVolume& prediction : volumes.predictions) {
      view.predictions.push_back({.name = {}, .contours = contours_in(labels_in(prediction, kind.plane, index))});
    }
    if (volumes.reference) {
      view.reference.contours = contours_in(labels_in(*volumes.reference, kind.plane, index));
    }
    views.push_back(std::move(view));
  }
  return views;
}

} // namespace brainmvp::report
