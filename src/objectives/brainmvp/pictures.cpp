#include "objectives/brainmvp/pictures.h"

#include <utility>
#include <vector>

#include "image/slice.h"
#include "objectives/brainmvp/template_export.h"

namespace brainmvp::objectives {
namespace {

constexpr std::size_t kGapPixels = 2;

image::GreyImage middle_slices(const torch::Tensor& tensor) {
  const image::Volume volume = to_volume(tensor, {});
  std::vector<image::GreyImage> slices;
  for (const image::Plane plane : {image::Plane::kAxial, image::Plane::kCoronal, image::Plane::kSagittal}) {
    slices.push_back(image::slice(volume, plane, image::slice_count(volume.size, plane) / 2));
  }
  return image::stacked(slices, kGapPixels);
}

io::Picture picture_of(image::GreyImage image) {
  return {.width = image.width, .height = image.height, .channels = 1, .pixels = std::move(image.pixels)};
}

} // namespace

io::Picture views_sheet(const ProxyLosses& losses) {
  std::vector<image::GreyImage> columns;
  for (const torch::Tensor& batch : {losses.target, losses.view1, losses.view2, losses.output1, losses.output2}) {
    columns.push_back(middle_slices(batch[0][0]));
  }
  return picture_of(image::beside(columns, kGapPixels));
}

io::Picture templates_sheet(const torch::Tensor& templates) {
  return picture_of(template_sheet(templates_of(templates, {}).templates));
}

} // namespace brainmvp::objectives
