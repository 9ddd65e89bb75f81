// The three proxy tasks of BrainMVP (arXiv 2410.10604, section 3): cross-modal image reconstruction, modality-aware
// contrastive learning and modality template distillation.
#pragma once

#include <torch/types.h>

#include <array>
#include <cstdint>
#include <vector>

#include "nn/networks/network.h"
#include "objectives/brainmvp/settings.h"
#include "parallel/group.h"

namespace brainmvp::objectives {

// A batch on the device.
struct ProxyBatch {
  torch::Tensor images;                                     // [B, C, H, W, D], values in [0, 1]
  std::vector<std::vector<std::int64_t>> template_rows;     // [B][C]: row of each channel's modality in the bank
  std::vector<std::array<std::int64_t, 3>> template_starts; // [B]: where the crop begins in the template grid
};

// Everything random of one step, drawn beforehand so that the objective is a pure function.
struct ProxyDraws {
  std::vector<std::int64_t> target_channel;                 // [B]: channel that is reconstructed
  std::vector<std::vector<std::int64_t>> kept_blocks_view1; // [B][...]: flat indices of unmasked blocks, (bi * nj + bj) * nk + bk
  std::vector<std::vector<std::int64_t>> kept_blocks_view2;
  std::vector<std::int64_t> source_channel; // [B]: channel that fills view 2, or kFromTemplate; empty: all from the template
};

inline constexpr std::int64_t kFromTemplate = -1;

// [B]: the rows of the bank that the objective reads.
std::vector<std::int64_t> target_rows(const ProxyBatch& batch, const ProxyDraws& draws);

struct ProxyLosses {
  torch::Tensor total;     // scalar with gradient
  torch::Tensor mse_view1; // detached scalars below
  torch::Tensor mse_view2;
  torch::Tensor contrastive;
  torch::Tensor target;       // [B, 1, H, W, D], detached, for pictures
  torch::Tensor fill;         // the target's template there, normalised
  torch::Tensor view1, view2; // [B, 1, H, W, D]
  torch::Tensor output1, output2;
  torch::Tensor kept1, kept2; // bool: not masked
};

// templates: [8, Ht, Wt, Dt] raw bank. mask_block: side of a block in voxels; H, W, D are multiples of it.
// Losses are those of the samples of all ranks, and alike in each (parallel/sums.h).
ProxyLosses proxy_losses(nn::ReconstructionNetwork& network, const torch::Tensor& templates, const ProxyBatch& batch,
                         const ProxyDraws& draws, const LossWeights& weights, std::int64_t mask_block,
                         const parallel::BatchShare& share = {});

// Symmetric InfoNCE between L2-normalised rows, rows of `view2` against columns of `view1` (van den Oord 2018).
// view1, view2: [B, ...], flattened here.
torch::Tensor info_nce(const torch::Tensor& view1, const torch::Tensor& view2, double temperature);

// (t - min) / (max - min + 1e-9) of one template over its whole volume; gradients flow through min and max (amin, amax).
torch::Tensor min_max_normalised(const torch::Tensor& volume);

} // namespace brainmvp::objectives
