// Normalisation before a product.
#pragma once

#include <torch/types.h>

#include "parallel/group.h"

namespace brainmvp::nn {

struct Norm {
  enum class Kind {
    kNone,
    kBatch, // each channel over all tokens of the batch (Ioffe and Szegedy 2015, arXiv 1502.03167); momentum 0.1
    kLayer, // each token over its channels (Ba et al. 2016, arXiv 1607.06450)
  };
  Kind kind = Kind::kNone;
  double epsilon = 0;
  torch::Tensor weight = {}, bias = {};              // [C]
  torch::Tensor running_mean = {}, running_var = {}; // [C], of kBatch; moved in training, where defined
  bool is_training = false;
  parallel::BatchShare share = {}; // of kBatch in training: the tokens of all ranks count
};

inline constexpr double kBatchNormMomentum = 0.1;

// Of each channel, without gradient: [C], float.
struct ChannelStatistics {
  torch::Tensor mean, reciprocal_deviation;
  double tokens = 0; // that they were taken of, in training
};

// Statistics that a kBatch norm of x: [N, C] on the CPU uses. In training those of x, which also move the running ones. The sums
// have one order whatever the number of threads.
ChannelStatistics channel_statistics(const torch::Tensor& x, const Norm& norm);

// Sums over the tokens of x: [N, C], in one order whatever the number of threads. [C], float (double of double).
torch::Tensor column_sums(const torch::Tensor& x);

// The norm with nothing after it, over the last axis of x: [..., C].
torch::Tensor normalise(const torch::Tensor& x, const Norm& norm);

} // namespace brainmvp::nn
