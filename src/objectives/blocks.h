// Cubes of voxels that a mask keeps or hides.
#pragma once

#include <torch/types.h>

#include <array>
#include <cstdint>
#include <vector>

#include "base/random.h"
#include "image/affine.h"
#include "objectives/objective.h"

namespace brainmvp::objectives {

// How many blocks of that side a crop has.
template <class Side>
std::size_t block_count(const std::array<Side, 3>& crop, std::int64_t mask_block) {
  const auto block = static_cast<Side>(mask_block);
  return static_cast<std::size_t>((crop[0] / block) * (crop[1] / block) * (crop[2] / block));
}

// floor(blocks * (1 - mask_rate))
std::size_t kept_count(std::size_t blocks, double mask_rate);

// kept_count() different ones, in the order in which they were drawn.
std::vector<std::int64_t> draw_kept_blocks(RandomStream stream, std::size_t blocks, double mask_rate);

// True in the kept blocks, flat indices (bi * nj + bj) * nk + bk: [B, 1, H, W, D] on the CPU. Throws Error(kInternal) for a block
// outside the grid, and Error(kUsage) when a side is no multiple of mask_block.
torch::Tensor block_mask(const std::vector<std::vector<std::int64_t>>& kept_blocks, const std::array<std::int64_t, 3>& size,
                         std::int64_t mask_block);

// Which cubes of a crop are hidden: the settings, the same for every objective that has them.
struct BlockMasking {
  std::int64_t mask_block = 8;
  double mask_rate = 0.75;

  [[nodiscard]] std::vector<settings::Setting> settings();
  void check(const image::Size& crop) const; // throws Error(kUsage)

  // True where a voxel is shown: [B, 1, H, W, D] on the device of the images. Drawn for each sample by "mask".
  [[nodiscard]] torch::Tensor kept_voxels(const Batch& batch, const Step& step) const;
};

} // namespace brainmvp::objectives
