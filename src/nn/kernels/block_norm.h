// A norm applied to blocks of tokens on the CPU.
#pragma once

#include <torch/autograd.h>

#include <vector>

#include "nn/kernels/norm.h"
#include "nn/kernels/token_math.h"

namespace brainmvp::nn {

class BlockNorm {
public:
  // `statistics`: of a kBatch norm.
  BlockNorm(const Norm& norm, const ChannelStatistics& statistics);

  // norm(x), in `room`, or x itself where there is no norm.
  const float* apply(const Rows& rows, const float* x, float* room) const;

  // Adds to the gradients of weight and bias, [C] each, and turns `g`, the gradient of norm(x), into that of x; where the
  // statistics are the batch's own only finish() can do the latter.
  void gradient(const Rows& rows, const float* x, float* g, float* weight_gradient, float* bias_gradient) const;

  // Of kBatch, [C] each: norm(x) = x * scale + shift, and what the statistics say.
  [[nodiscard]] const float* scale() const { return scale_.data(); }
  [[nodiscard]] const float* shift() const { return shift_.data(); }
  [[nodiscard]] const float* mean() const { return statistics_.mean.const_data_ptr<float>(); }
  [[nodiscard]] const float* reciprocal_deviation() const { return statistics_.reciprocal_deviation.const_data_ptr<float>(); }

  [[nodiscard]] bool needs_finish() const { return norm_.kind == Norm::Kind::kBatch && norm_.is_training; }

  // The gradient of x: a * g + b * x + c of each channel, three times [C]. The arguments are sums over the tokens of this rank.
  [[nodiscard]] std::vector<float> finish(const float* weight_gradient, const float* bias_gradient) const;

private:
  Norm norm_;
  ChannelStatistics statistics_;
  std::vector<float> scale_, shift_; // of kBatch
};

// A norm from a forward pass to its backward pass, except the tensors, which the caller saves.
void save_norm(torch::autograd::AutogradContext& context, const Norm& norm, const ChannelStatistics& statistics);
Norm saved_norm(torch::autograd::AutogradContext& context, const torch::Tensor& weight, const torch::Tensor& bias);
ChannelStatistics saved_statistics(torch::autograd::AutogradContext& context, const torch::Tensor& mean,
                                   const torch::Tensor& reciprocal_deviation);

} // namespace brainmvp::nn
