#include "nn/kernels/norm.h"

#include <ATen/Parallel.h>

#include <vector>

#include "nn/kernels/synchronised_norm.h"
#include "nn/kernels/token_norm.h"
#include "nn/kernels/token_parts.h"
#include "nn/kernels/working_type.h"

namespace brainmvp::nn {
namespace {

using torch::Tensor;

constexpr std::int64_t kBlock = 256; // tokens

// Means and variances of blocks of tokens, put together by Chan's formula (Chan, Golub and LeVeque 1983).
class JointMoments {
public:
  explicit JointMoments(std::int64_t channels)
      : mean(torch::zeros({channels}, torch::kDouble)), squares(torch::zeros({channels}, torch::kDouble)) {}

  template <class Number>
  void add(std::int64_t tokens, const Number* block_mean, const Number* block_squares) {
    if (tokens == 0) {
      return;
    }
    const double before = static_cast<double>(count);
    count += tokens;
    const double share = static_cast<double>(tokens) / static_cast<double>(count);
    double* m = mean.mutable_data_ptr<double>();
    double* s = squares.mutable_data_ptr<double>();
    for (std::int64_t c = 0; c < mean.numel(); ++c) {
      const double difference = block_mean[c] - m[c];
      m[c] += difference * share;
      s[c] += block_squares[c] + difference * difference * before * share;
    }
  }

  std::int64_t count = 0;
  Tensor mean, squares;
};

// Of all ranks, in their order.
JointMoments over_ranks(const JointMoments& own, const parallel::BatchShare& share) {
  const std::int64_t channels = own.mean.numel();
  const Tensor count = at::full({1}, share.here == 0 ? 0.0 : static_cast<double>(own.count), torch::kDouble);
  const Tensor all = share.group->gather(at::cat({count, own.mean, own.squares}));
  JointMoments joint(channels);
  for (std::int64_t rank = 0; rank < all.size(0); ++rank) {
    const double* values = all.const_data_ptr<double>() + rank * all.size(1);
    joint.add(static_cast<std::int64_t>(values[0]), values + 1, values + 1 + channels);
  }
  return joint;
}

JointMoments moments_of_batch(const Tensor& x) {
  const std::int64_t channels = x.size(1);
  const std::int64_t blocks = (x.size(0) + kBlock - 1) / kBlock;
  std::vector<float> moments(static_cast<std::size_t>(2 * blocks * channels));
  at::parallel_for(0, blocks, 1, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> room(static_cast<std::size_t>(kBlock * channels));
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t tokens = std::min(kBlock, x.size(0) - i * kBlock);
      float* to = moments.data() + 2 * i * channels;
      column_moments({.count = tokens, .channels = channels}, read_block(x, i * kBlock, tokens, room.data()), to, to + channels);
    }
  });
  JointMoments joint(channels);
  for (std::int64_t i = 0; i < blocks; ++i) {
    const float* from = moments.data() + 2 * i * channels;
    joint.add(std::min(kBlock, x.size(0) - i * kBlock), from, from + channels);
  }
  return joint;
}

void move_running_statistics(const Norm& norm, const JointMoments& moments) {
  const double unbiased = static_cast<double>(std::max<std::int64_t>(1, moments.count - 1));
  norm.running_mean.mul_(1 - kBatchNormMomentum).add_(moments.mean, kBatchNormMomentum);
  norm.running_var.mul_(1 - kBatchNormMomentum).add_(moments.squares, kBatchNormMomentum / unbiased);
}

// ATen sums long columns of a GPU at a third of the memory's speed, and short ones of many at all of it (measured on an H100).
Tensor column_sums_of_gpu(const Tensor& x) {
  constexpr std::int64_t kFolded = 64; // columns made of one
  const auto type = at::promoteTypes(x.scalar_type(), at::kFloat);
  return x.size(0) % kFolded == 0 ? x.view({-1, kFolded * x.size(1)}).sum(0, false, type).view({kFolded, x.size(1)}).sum(0)
                                  : x.sum(0, false, type);
}

// Statistics are in fp32 whatever the type of x: unlike autocast, a GPU spares the copies to fp32 and back.
Tensor layer_norm_of_gpu(const Tensor& x, const Norm& norm) {
  const WithoutAutocast guard;
  return at::layer_norm(x, {norm.weight.size(0)}, norm.weight.to(x.scalar_type()), norm.bias.to(x.scalar_type()), norm.epsilon);
}

} // namespace

Tensor column_sums(const Tensor& x) {
  if (x.is_cuda()) {
    return column_sums_of_gpu(x);
  }
  const std::int64_t channels = x.size(1);
  const TokenParts parts(x.size(0), channels);
  Tensor sums = at::zeros({parts.count(), channels}, x.options().dtype(at::kFloat));
  float* to = sums.mutable_data_ptr<float>();
  at::parallel_for(0, parts.count(), 1, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> room(static_cast<std::size_t>(kBlock * channels));
    for (std::int64_t part = begin; part < end; ++part) {
      for (std::int64_t start = parts.begin(part); start < parts.end(part); start += kBlock) {
        const std::int64_t count = std::min(kBlock, parts.end(part) - start);
        add_column_sums({.count = count, .channels = channels}, read_block(x, start, count, room.data()), to + part * channels);
      }
    }
  });
  return added_up(sums);
}

ChannelStatistics channel_statistics(const Tensor& x, const Norm& norm) {
  const at::NoGradGuard no_gradient;
  if (!norm.is_training) {
    return {.mean = norm.running_mean, .reciprocal_deviation = (norm.running_var + norm.epsilon).rsqrt(), .tokens = 0};
  }
  JointMoments moments = moments_of_batch(x);
  if (norm.share.group != nullptr) {
    moments = over_ranks(moments, norm.share);
  }
  const Tensor variance = moments.squares / static_cast<double>(moments.count);
  if (norm.running_mean.defined()) {
    move_running_statistics(norm, moments);
  }
  return {.mean = moments.mean.to(torch::kFloat),
          .reciprocal_deviation = (variance + norm.epsilon).rsqrt().to(torch::kFloat),
          .tokens = static_cast<double>(moments.count)};
}

Tensor normalise(const Tensor& x, const Norm& norm) {
  if (norm.kind != Norm::Kind::kNone && has_block_norm(x, norm.weight)) {
    return token_norm(x.reshape({-1, x.size(-1)}), norm).view(x.sizes());
  }
  switch (norm.kind) {
  case Norm::Kind::kNone:
    return x;
  case Norm::Kind::kLayer:
    if (x.is_cuda()) {
      return layer_norm_of_gpu(x, norm);
    }
    return at::layer_norm(x, {norm.weight.size(0)}, norm.weight, norm.bias, norm.epsilon);
  case Norm::Kind::kBatch:
    break;
  }
  if (norm.share.group != nullptr) {
    return synchronised_norm(x, norm);
  }
  return at::batch_norm(x.reshape({-1, x.size(-1)}), norm.weight, norm.bias, norm.running_mean, norm.running_var,
                        norm.is_training, kBatchNormMomentum, norm.epsilon, x.is_cuda())
      .view(x.sizes());
}

} // namespace brainmvp::nn
