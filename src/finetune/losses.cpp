#include "finetune/losses.h"

#include <ATen/core/Reduction.h>
#include <ATen/ops/binary_cross_entropy_with_logits.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros_like.h>

#include "parallel/sums.h"
#include "runtime/ordered_sums.h"

namespace brainmvp::finetune {
namespace {

using torch::Tensor;

// Zeros in voxels that do not count.
Tensor masked(const Tensor& values, const Tensor& valid) { return valid.defined() ? values * valid : values; }

// Over samples and voxels: [B, K, H, W, D] -> [K].
Tensor sum_of_outputs(const Tensor& values) { return ordered_row_sums(values.flatten(2)).sum(0); }

// [K] from probabilities and targets [B, K, ...].
Tensor dice_loss(const Tensor& probabilities, const Tensor& target, const parallel::BatchShare& share, const Tensor& valid) {
  const Tensor prediction = masked(probabilities, valid);
  const Tensor truth = masked(target, valid);
  const Tensor both = sum_of_outputs(prediction * truth);
  const Tensor sizes = sum_of_outputs(prediction.square()) + sum_of_outputs(truth.square());
  const Tensor sums = parallel::sum_over_ranks(at::stack({both, sizes}), share);
  return 1 - (2 * sums[0] + 1) / (sums[1] + 1);
}

// The mean of terms [B, C, ...] over the voxels of all ranks that count; 0 when there are none.
Tensor mean_of(const Tensor& terms, const parallel::BatchShare& share, const Tensor& valid) {
  if (!valid.defined()) {
    return parallel::mean_over_ranks(ordered_mean(terms), share);
  }
  const Tensor count = ordered_sum(valid) * static_cast<double>(terms.size(1));
  const Tensor sums = parallel::sum_over_ranks(at::stack({ordered_sum(masked(terms, valid)), count}), share);
  return sums[0] / sums[1].clamp_min(1);
}

} // namespace

Tensor one_hot(const Tensor& values, const std::vector<std::vector<int>>& outputs) {
  std::vector<Tensor> channels;
  for (const std::vector<int>& stands_for : outputs) {
    Tensor inside = at::zeros_like(values, at::kBool);
    for (const int value : stands_for) {
      inside.logical_or_(values.eq(value));
    }
    channels.push_back(inside);
  }
  return at::stack(channels, 1).to(at::kFloat);
}

Tensor counted(const Tensor& values, const std::optional<int>& ignore) {
  return ignore ? values.ne(*ignore).unsqueeze(1).to(at::kFloat) : Tensor();
}

Tensor head_loss(const Tensor& logits, const Tensor& target, bool exclusive, const parallel::BatchShare& share,
                 const Tensor& valid) {
  const Tensor full = logits.to(at::kFloat);
  if (exclusive) {
    const Tensor log_probabilities = at::log_softmax(full, 1);
    const Tensor dice = dice_loss(log_probabilities.exp(), target, share, valid).slice(0, 1).mean();
    return kDiceWeight * dice - kCrossEntropyWeight * mean_of((log_probabilities * target).sum(1, true), share, valid);
  }
  const Tensor entropy = at::binary_cross_entropy_with_logits(full, target, {}, {}, at::Reduction::None);
  return kDiceWeight * dice_loss(full.sigmoid(), target, share, valid).mean() +
         kCrossEntropyWeight * mean_of(entropy, share, valid);
}

Tensor supervised_loss(const nn::Segmentation& output, const Tensor& target, bool exclusive, const parallel::BatchShare& share,
                       const Tensor& valid) {
  Tensor loss = head_loss(output.logits, target, exclusive, share, valid);
  for (const Tensor& logits : output.deeper) {
    loss = loss + head_loss(logits, target, exclusive, share, valid);
  }
  return loss;
}

Tensor consistency_loss(const Tensor& quarter, const parallel::BatchShare& share) {
  const std::vector<Tensor> mixtures = quarter.to(at::kFloat).chunk(2, 0);
  return parallel::mean_over_ranks(mean_square_error(mixtures.at(0), mixtures.at(1)), share);
}

} // namespace brainmvp::finetune
