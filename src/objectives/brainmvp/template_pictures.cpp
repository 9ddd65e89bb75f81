#include <algorithm>
#include <array>
#include <iterator>

#include "image/intensity.h"
#include "image/lettering.h"
#include "objectives/brainmvp/template_export.h"
#include "objectives/pictures.h"

namespace brainmvp::objectives {
namespace {

constexpr std::size_t kSheetGapPixels = 4;
constexpr std::size_t kLabelLetters = 10;
constexpr double kBlackPercentile = 1;
constexpr double kWhitePercentile = 99.5;
constexpr std::array<image::Plane, 3> kPlanes{image::Plane::kAxial, image::Plane::kCoronal, image::Plane::kSagittal};
constexpr std::array<const char*, 3> kPlaneNames{"axial", "coronal", "sagittal"};

// `picture` with black added on the right up to `width`.
image::GreyImage widened(const image::GreyImage& picture, std::size_t width) {
  image::GreyImage wide{std::max(width, picture.width), picture.height, {}};
  wide.pixels.assign(wide.width * wide.height, 0);
  image::paste(picture, 0, 0, wide);
  return wide;
}

image::GreyImage label(const Template& learned) {
  return widened(image::lettering(learned.modality, 2), kLabelLetters * image::kLetterWidth);
}

// A few bright voxels would leave the rest dark.
image::Window window_of(const image::Volume& volume) {
  const image::Window window{image::percentile(volume.data, kBlackPercentile), image::percentile(volume.data, kWhitePercentile)};
  return window.white > window.black ? window : image::Window{};
}

image::GreyImage middle_of(const Template& learned, image::Plane plane, const image::Window& window) {
  return image::slice(learned.volume, plane, image::slice_count(learned.volume.size, plane) / 2, window);
}

image::GreyImage row(const Template& learned) {
  std::vector<image::GreyImage> parts{label(learned)};
  if (learned.constant()) {
    parts.push_back(image::lettering("constant: never moved"));
    return image::beside(parts, kSheetGapPixels);
  }
  const image::Window window = window_of(learned.volume);
  for (std::size_t i = 0; i < kPlanes.size(); ++i) {
    const std::array<image::GreyImage, 2> cell{image::lettering(kPlaneNames[i]), middle_of(learned, kPlanes[i], window)};
    parts.push_back(image::stacked(cell, 1));
  }
  return image::beside(parts, kSheetGapPixels);
}

} // namespace

image::GreyImage template_sheet(const std::vector<Template>& templates) {
  std::vector<image::GreyImage> rows{image::lettering("neurological: left of the picture = left of the patient"),
                                     image::lettering("middle slices, black to white = percentiles 1 to 99.5")};
  std::ranges::transform(templates, std::back_inserter(rows), row);
  return image::stacked(rows, kSheetGapPixels);
}

std::vector<std::pair<std::string, io::Picture>> template_pictures(const std::vector<Template>& templates) {
  std::vector<std::pair<std::string, io::Picture>> pictures;
  for (const Template& learned : templates) {
    if (!learned.constant()) {
      std::vector<image::GreyImage> parts;
      for (const image::Plane plane : kPlanes) {
        parts.push_back(middle_of(learned, plane, window_of(learned.volume)));
      }
      pictures.emplace_back("template/" + learned.modality, picture_of(image::beside(parts, kSheetGapPixels)));
    }
  }
  return pictures;
}

} // namespace brainmvp::objectives
