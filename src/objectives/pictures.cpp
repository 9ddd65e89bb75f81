#include "objectives/pictures.h"

#include <utility>

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

} // namespace

image::Volume to_volume(const torch::Tensor& tensor, const image::Affine& affine) {
  // A volume's first index runs fastest, a tensor's last.
  const torch::Tensor turned = tensor.detach().to(at::kCPU, at::kFloat).permute({2, 1, 0}).contiguous();
  const float* values = turned.const_data_ptr<float>();
  return {.size = {static_cast<std::size_t>(tensor.size(0)), static_cast<std::size_t>(tensor.size(1)),
                   static_cast<std::size_t>(tensor.size(2))},
          .affine = affine,
          .data = std::vector<float>(values, values + turned.numel())};
}

io::Picture columns_sheet(const std::vector<torch::Tensor>& batches) {
  std::vector<image::GreyImage> columns;
  for (const torch::Tensor& batch : batches) {
    columns.push_back(middle_slices(batch[0][0]));
  }
  return picture_of(image::beside(columns, kGapPixels));
}

double mean_absolute_error(const torch::Tensor& output, const torch::Tensor& target, const torch::Tensor& counted) {
  const torch::Tensor error = (output[0][0] - target[0][0]).abs();
  const torch::Tensor chosen = counted.defined() ? error.masked_select(counted[0][0]) : error;
  return chosen.numel() == 0 ? 0 : chosen.to(at::kDouble).mean().item<double>();
}

io::Picture picture_of(image::GreyImage image) {
  return {.width = image.width, .height = image.height, .channels = 1, .pixels = std::move(image.pixels)};
}

} // namespace brainmvp::objectives
