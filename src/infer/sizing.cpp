#include "infer/sizing.h"

#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/upsample_trilinear3d.h>

#include <array>

#include "base/error.h"
#include "checkpoint/dtype.h"

namespace brainmvp::infer {
namespace {

// Padding of each side of one axis, front first; negative where it is cut.
std::array<std::int64_t, 2> margins(std::int64_t from, std::int64_t to) {
  const std::int64_t difference = to - from;
  const std::int64_t front = difference / 2; // towards 0, so that the smaller half is in front either way
  return {front, difference - front};
}

} // namespace

torch::Tensor view_of(image::Volume& volume) {
  const auto side = [&](std::size_t axis) { return static_cast<std::int64_t>(volume.size[axis]); };
  return at::from_blob(volume.data.data(), {side(2), side(1), side(0)}, at::kFloat).permute({2, 1, 0});
}

torch::Tensor size_volume(const torch::Tensor& volumes, const image::Size& size, model::Sizing sizing) {
  if (volumes.dim() != 4 || volumes.numel() == 0) {
    throw Error(ExitCode::kInternal, "size_volume: expected [C, H, W, D], found " + checkpoint::shape_text(volumes.sizes()));
  }
  const std::array<std::int64_t, 3> to{static_cast<std::int64_t>(size[0]), static_cast<std::int64_t>(size[1]),
                                       static_cast<std::int64_t>(size[2])};
  if (sizing == model::Sizing::kResize) {
    return at::upsample_trilinear3d(volumes.unsqueeze(0), to, false).squeeze(0);
  }
  std::vector<std::int64_t> padding; // last axis first, as torch has it
  for (std::int64_t axis = 3; axis > 0; --axis) {
    const auto both = margins(volumes.size(axis), to.at(static_cast<std::size_t>(axis - 1)));
    padding.insert(padding.end(), both.begin(), both.end());
  }
  return at::constant_pad_nd(volumes, padding, 0).contiguous();
}

} // namespace brainmvp::infer
