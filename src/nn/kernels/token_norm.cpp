#include "nn/kernels/token_norm.h"

#include <ATen/Parallel.h>
#include <torch/autograd.h>

#include <algorithm>
#include <vector>

#include "nn/kernels/block_norm.h"
#include "nn/kernels/execution.h"
#include "nn/kernels/token_parts.h"

namespace brainmvp::nn {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr std::int64_t kTokens = 256; // of a block

// Calls work(first token, count) for the blocks of x: [N, C].
template <class Work>
void for_each_block(const Tensor& x, const Work& work) {
  const std::int64_t blocks = (x.size(0) + kTokens - 1) / kTokens;
  at::parallel_for(0, blocks, 1, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> room(static_cast<std::size_t>(2 * kTokens * x.size(1)));
    for (std::int64_t i = begin; i < end; ++i) {
      work(i * kTokens, std::min(kTokens, x.size(0) - i * kTokens), room.data(), room.data() + kTokens * x.size(1));
    }
  });
}

Tensor normed(const Tensor& x, const BlockNorm& norm) {
  Tensor y = at::empty_like(x);
  for_each_block(x, [&](std::int64_t first, std::int64_t count, float* x_room, float* y_room) {
    float* to = block_to_write(y, first, y_room);
    norm.apply({.count = count, .channels = x.size(1)}, read_block(x, first, count, x_room), to);
    write_block(y, first, count, to);
  });
  return y;
}

struct NormGradients {
  Tensor x, weight, bias;
};

// gx: a copy of the output's gradient, which becomes that of x, finished or not. Gives the sums of weight and bias, [2, C].
Tensor pull_back_norm(const Tensor& x, const BlockNorm& norm, Tensor& gx) {
  const std::int64_t channels = x.size(1);
  const TokenParts parts(x.size(0), 2 * channels);
  Tensor sums = at::zeros({parts.count(), 2, channels}, x.options().dtype(at::kFloat));
  float* to = sums.mutable_data_ptr<float>();
  at::parallel_for(0, parts.count(), 1, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> room(static_cast<std::size_t>(2 * kTokens * channels));
    for (std::int64_t part = begin; part < end; ++part) {
      float* weight = to + part * 2 * channels;
      for (std::int64_t first = parts.begin(part); first < parts.end(part); first += kTokens) {
        const std::int64_t count = std::min(kTokens, parts.end(part) - first);
        float* g = block_to_write(gx, first, room.data());
        read_block(gx, first, count, room.data());
        norm.gradient({.count = count, .channels = channels}, read_block(x, first, count, room.data() + kTokens * channels), g,
                      weight, weight + channels);
        write_block(gx, first, count, g);
      }
    }
  });
  return added_up(sums);
}

NormGradients gradients_of(const Tensor& x, const Tensor& gy, const BlockNorm& norm) {
  const std::int64_t channels = x.size(1);
  Tensor gx = gy.clone();
  const Tensor sums = pull_back_norm(x, norm, gx);
  if (norm.needs_finish()) {
    const std::vector<float> factors = norm.finish(sums[0].const_data_ptr<float>(), sums[1].const_data_ptr<float>());
    const float* a = factors.data();
    for_each_block(x, [&](std::int64_t first, std::int64_t count, float* x_room, float* g_room) {
      float* to = block_to_write(gx, first, g_room);
      combine({.count = count, .channels = channels}, read_block(gx, first, count, g_room), read_block(x, first, count, x_room),
              a, a + channels, a + 2 * channels, to);
      write_block(gx, first, count, to);
    });
  }
  return {.x = gx, .weight = sums[0], .bias = sums[1]};
}

class TokenNormFunction : public torch::autograd::Function<TokenNormFunction> {
public:
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& weight, const Tensor& bias, const Norm& norm) {
    const ChannelStatistics statistics = norm.kind == Norm::Kind::kBatch ? channel_statistics(x, norm) : ChannelStatistics();
    context->save_for_backward({x, weight, bias, statistics.mean, statistics.reciprocal_deviation});
    save_norm(*context, norm, statistics);
    return normed(x, BlockNorm(norm, statistics));
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const BlockNorm norm(saved_norm(*context, saved[1], saved[2]), saved_statistics(*context, saved[3], saved[4]));
    const NormGradients g = gradients_of(saved[0], gradients[0].contiguous(), norm);
    return {g.x, g.weight, g.bias, Tensor()};
  }
};

} // namespace

bool has_block_norm(const Tensor& x, const Tensor& weight) {
  return x.is_cpu() && !uses_plain_kernels() && weight.scalar_type() == at::kFloat &&
         (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16);
}

Tensor token_norm(const Tensor& x, const Norm& norm) { return TokenNormFunction::apply(x, norm.weight, norm.bias, norm); }

Tensor instance_norm(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  const Norm norm{.kind = Norm::Kind::kBatch, .epsilon = 1e-5, .weight = weight, .bias = bias, .is_training = true};
  const auto of_sample = [&](const Tensor& sample) {
    return token_norm(sample.view({-1, x.size(4)}), norm).view(sample.sizes());
  };
  if (x.size(0) == 1) {
    return of_sample(x);
  }
  std::vector<Tensor> samples = x.unbind();
  std::ranges::transform(samples, samples.begin(), of_sample);
  return at::stack(samples);
}

} // namespace brainmvp::nn
