#include "nn/layers/size_check.h"

#include <sstream>

#include "base/error.h"

namespace brainmvp::nn {

void check_input(const torch::Tensor& x, std::int64_t channels, std::int64_t multiple) {
  bool fits = x.dim() == 5 && x.size(1) == channels;
  for (std::int64_t axis = 2; fits && axis < 5; ++axis) {
    fits = x.size(axis) > 0 && x.size(axis) % multiple == 0;
  }
  if (!fits) {
    std::ostringstream message;
    message << "network input: expected [batch, " << channels << ", H, W, D] with H, W and D multiples of " << multiple
            << ", found " << x.sizes() << "; choose another crop size";
    throw Error(ExitCode::kUsage, message.str());
  }
}

void check_crop(const image::Size& crop, std::int64_t multiple, const std::string& of_what) {
  for (const std::size_t side : crop) {
    if (side == 0 || static_cast<std::int64_t>(side) % multiple != 0) {
      throw Error(ExitCode::kUsage, "--crop " + std::to_string(side) + ": the sides must be multiples of " +
                                        std::to_string(multiple) + " for " + of_what);
    }
  }
}

void check_norms(const image::Size& crop, std::int64_t stride) {
  std::int64_t voxels = 1;
  for (const std::size_t side : crop) {
    voxels *= static_cast<std::int64_t>(side) / stride;
  }
  check_normed(voxels);
}

void check_normed(std::int64_t voxels) {
  if (voxels == 1) {
    throw Error(ExitCode::kUsage,
                "the deepest features are one voxel, of which instance norm leaves nothing; use a larger --crop");
  }
}

void check_widths(std::int64_t channels, std::int64_t outputs) {
  if (channels < 1 || outputs < 1) {
    throw Error(ExitCode::kUsage, "network: expected at least one input channel and one output, found " +
                                      std::to_string(channels) + " and " + std::to_string(outputs));
  }
}

} // namespace brainmvp::nn
