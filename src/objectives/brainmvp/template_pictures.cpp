#include <array>

#include "image/intensity.h"
#include "objectives/brainmvp/template_export.h"
#include "objectives/pictures.h"

namespace brainmvp::objectives {
namespace {

constexpr std::size_t kSheetGapPixels = 4;
constexpr double kBlackPercentile = 1;
constexpr double kWhitePercentile = 99.5;
constexpr std::array<image::Plane, 3> kPlanes{image::Plane::kAxial, image::Plane::kCoronal, image::Plane::kSagittal};

// A few bright voxels would leave the rest dark.
image::Window window_of(const image::Volume& volume) {
  const image::Window window{image::percentile(volume.data, kBlackPercentile), image::percentile(volume.data, kWhitePercentile)};
  return window.white > window.black ? window : image::Window{};
}

image::GreyImage middle_of(const Template& learned, image::Plane plane, const image::Window& window) {
  return image::slice(learned.volume, plane, image::slice_count(learned.volume.size, plane) / 2, window);
}

} // namespace

std::vector<std::pair<std::string, io::Picture>> template_pictures(const std::vector<Template>& templates) {
  std::vector<std::pair<std::string, io::Picture>> pictures;
  for (const Template& learned : templates) {
    if (!learned.constant()) {
      const image::Window window = window_of(learned.volume);
      std::vector<image::GreyImage> parts;
      for (const image::Plane plane : kPlanes) {
        parts.push_back(middle_of(learned, plane, window));
      }
      pictures.emplace_back(kTemplateTag + learned.modality, picture_of(image::beside(parts, kSheetGapPixels)));
    }
  }
  return pictures;
}

} // namespace brainmvp::objectives
