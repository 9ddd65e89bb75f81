// Cubes of voxels that a mask keeps or hides.
#pragma once

#include <torch/types.h>

#include <array>
#include <cstdint>
#include <vector>

#include "base/random.h"
#include "image/affine.h"

namespace brainmvp::objectives {

// How many blocks of that side a crop has.
std::size_t block_count(const image::Size& crop, std::int64_t mask_block);

// floor(blocks * (1 - mask_rate)) different ones, in the order in which they were drawn.
std::vector<std::int64_t> draw_kept_blocks(RandomStream stream, std::size_t blocks, double mask_rate);

// True in the kept blocks, flat indices (bi * nj + bj) * nk + bk: [B, 1, H, W, D] on the CPU. Throws Error(kInternal) for a block
// outside the grid, and Error(kUsage) when a side is no multiple of mask_block.
torch::Tensor block_mask(const std::vector<std::vector<std::int64_t>>& kept_blocks, const std::array<std::int64_t, 3>& size,
                         std::int64_t mask_block);

} // namespace brainmvp::objectives
