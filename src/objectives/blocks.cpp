#include "objectives/blocks.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "nn/layers/size_check.h"

namespace brainmvp::objectives {

std::size_t kept_count(std::size_t blocks, double mask_rate) {
  // Without the small number, 1 - 0.8 = 0.19999999999999996 would lose a block of 5.
  return static_cast<std::size_t>(std::floor(static_cast<double>(blocks) * (1 - mask_rate) + 1e-9));
}

std::vector<std::int64_t> draw_kept_blocks(RandomStream stream, std::size_t blocks, double mask_rate) {
  const std::vector<std::size_t> order = stream.permutation(blocks);
  return {order.begin(), order.begin() + static_cast<std::ptrdiff_t>(kept_count(blocks, mask_rate))};
}

torch::Tensor block_mask(const std::vector<std::vector<std::int64_t>>& kept_blocks, const std::array<std::int64_t, 3>& size,
                         std::int64_t mask_block) {
  const std::int64_t n = mask_block;
  if (n <= 0 || size[0] % n != 0 || size[1] % n != 0 || size[2] % n != 0) {
    throw Error(ExitCode::kUsage, "mask blocks of " + std::to_string(n) + " voxels do not divide the crop " +
                                      std::to_string(size[0]) + " x " + std::to_string(size[1]) + " x " +
                                      std::to_string(size[2]) + "; choose another crop or block size");
  }
  const auto blocks = static_cast<std::int64_t>(block_count(size, n));
  const auto batch = static_cast<std::int64_t>(kept_blocks.size());
  torch::Tensor grid = torch::zeros({batch, blocks}, torch::kBool);
  for (std::int64_t b = 0; b < batch; ++b) {
    for (const std::int64_t block : kept_blocks[static_cast<std::size_t>(b)]) {
      if (block < 0 || block >= blocks) {
        throw Error(ExitCode::kInternal, "kept block " + std::to_string(block) + " of sample " + std::to_string(b) +
                                             ": the grid has " + std::to_string(blocks));
      }
      grid.data_ptr<bool>()[b * blocks + block] = true;
    }
  }
  return grid.view({batch, 1, size[0] / n, 1, size[1] / n, 1, size[2] / n, 1})
      .expand({batch, 1, size[0] / n, n, size[1] / n, n, size[2] / n, n})
      .reshape({batch, 1, size[0], size[1], size[2]});
}

std::vector<settings::Setting> BlockMasking::settings() {
  return {
      {.name = "mask_rate", .slot = mask_rate, .help = "Share of the blocks that is masked", .range = settings::between(0, 1)},
      {.name = "mask_block", .slot = mask_block, .help = "Side of a masked block in voxels", .range = settings::at_least(1)}};
}

void BlockMasking::check(const image::Size& crop) const {
  if (mask_rate == 0) {
    throw Error(ExitCode::kUsage, "--mask-rate 0 hides nothing, so that nothing is learned; give a share above 0");
  }
  nn::check_crop(crop, mask_block, "the blocks of the mask");
}

torch::Tensor BlockMasking::kept_voxels(const Batch& batch, const Step& step) const {
  std::array<std::int64_t, 3> size{};
  std::ranges::copy(batch.images.sizes().slice(3), size.begin());
  std::vector<std::vector<std::int64_t>> kept;
  for (std::size_t b = 0; b < batch.samples.size(); ++b) {
    kept.push_back(draw_kept_blocks(stream_of(batch, b, step, "mask"), block_count(size, mask_block), mask_rate));
  }
  return block_mask(kept, size, mask_block).to(batch.images.device());
}

} // namespace brainmvp::objectives
