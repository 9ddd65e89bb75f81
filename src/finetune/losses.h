// Losses of fine-tuning (BrainMVP, arXiv 2410.10604, section 4; the Dice term: Milletari 2016, arXiv 1606.04797, with squared
// denominators).
#pragma once

#include <torch/types.h>

#include <optional>
#include <vector>

#include "nn/networks/segmentation.h"
#include "parallel/group.h"

namespace brainmvp::finetune {

inline constexpr double kDiceWeight = 0.7;
inline constexpr double kCrossEntropyWeight = 0.3;

// Targets of label maps. values: [B, H, W, D] uint8; outputs[r]: label values that output r stands for.
torch::Tensor one_hot(const torch::Tensor& values, const std::vector<std::vector<int>>& outputs); // [B, K, H, W, D], float

// 1 where voxels count and 0 where they have the value to be ignored: [B, 1, H, W, D], float; undefined when there is none.
torch::Tensor counted(const torch::Tensor& values, const std::optional<int>& ignore);

// Mean over outputs of 0.7 (1 - (2 sum(p t) + 1) / (sum(p^2) + sum(t^2) + 1)) + 0.3 BCE, sums over batch and voxels.
//   regions: p is the sigmoid of each logit;
//   exclusive: p is the softmax, the Dice term leaves output 0 (background) out, and cross-entropy stands for BCE.
// Sums and means go over the voxels that `valid` counts; over all when it is undefined. logits, target: [B, K, H, W, D]. Of the
// samples of all ranks, and alike in each (parallel/sums.h), as the other losses here.
torch::Tensor head_loss(const torch::Tensor& logits, const torch::Tensor& target, bool exclusive,
                        const parallel::BatchShare& share = {}, const torch::Tensor& valid = {});

// Sum of head_loss over the full head and the deeper ones.
torch::Tensor supervised_loss(const nn::Segmentation& output, const torch::Tensor& target, bool exclusive,
                              const parallel::BatchShare& share = {}, const torch::Tensor& valid = {});

// Mean square difference between the 1/4-resolution logits of the two mixtures of each sample. quarter: [2 B, K, h, w, d],
// the first mixtures of all samples and then the second ones.
torch::Tensor consistency_loss(const torch::Tensor& quarter, const parallel::BatchShare& share = {});

} // namespace brainmvp::finetune
