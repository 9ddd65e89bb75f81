#include "nn/depthwise.h"

#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <torch/autograd.h>

#include <functional>

#include "nn/depthwise_kernels.h"

namespace brainmvp::nn {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

DepthwiseShape shape_of(const Tensor& x, std::int64_t kernel) {
  return {.depth = x.size(1), .height = x.size(2), .width = x.size(3), .channels = x.size(4), .kernel = kernel};
}

// Calls work(sample, first channel, scratch) for every sample and block of channels, on ATen's threads.
void for_each_block(const Tensor& x, const DepthwiseShape& shape,
                    const std::function<void(std::int64_t, std::int64_t, std::vector<float>&)>& work) {
  const std::int64_t block = depthwise_block();
  const std::int64_t blocks = (shape.channels + block - 1) / block;
  at::parallel_for(0, x.size(0) * blocks, 1, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> scratch = depthwise_scratch(shape);
    for (std::int64_t i = begin; i < end; ++i) {
      work(i / blocks, i % blocks * block, scratch);
    }
  });
}

// taps: [k, k, k, C]; bias: [C] or undefined.
Tensor convolve(const Tensor& x, const Tensor& taps, const Tensor& bias) {
  const DepthwiseShape shape = shape_of(x, taps.size(0));
  Tensor y = at::empty_like(x);
  const std::int64_t sample = x.stride(0);
  const float* in = x.const_data_ptr<float>();
  const float* weight = taps.const_data_ptr<float>();
  const float* offset = bias.defined() ? bias.const_data_ptr<float>() : nullptr;
  float* out = y.mutable_data_ptr<float>();
  for_each_block(x, shape, [=](std::int64_t b, std::int64_t first, std::vector<float>& scratch) {
    depthwise_channels(shape, in + b * sample, weight, offset, first, out + b * sample, scratch);
  });
  return y;
}

// Gradient of the taps, [k, k, k, C]; samples are added in order, whatever the threads do.
Tensor taps_gradient(const Tensor& x, const Tensor& gy, std::int64_t kernel) {
  const DepthwiseShape shape = shape_of(x, kernel);
  Tensor parts = at::empty({x.size(0), kernel, kernel, kernel, shape.channels}, x.options());
  const std::int64_t sample = x.stride(0);
  const std::int64_t part = parts.stride(0);
  const float* in = x.const_data_ptr<float>();
  const float* gradient = gy.const_data_ptr<float>();
  float* out = parts.mutable_data_ptr<float>();
  for_each_block(x, shape, [=](std::int64_t b, std::int64_t first, std::vector<float>& scratch) {
    depthwise_weight_gradient(shape, in + b * sample, gradient + b * sample, first, out + b * part, scratch);
  });
  return parts.sum(0);
}

// [C, 1, k, k, k] -> [k, k, k, C]
Tensor taps_of(const Tensor& weight) { return weight.squeeze(1).permute({1, 2, 3, 0}).contiguous(); }

class DepthwiseFunction : public torch::autograd::Function<DepthwiseFunction> {
public:
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& weight, const Tensor& bias) {
    context->save_for_backward({x, weight});
    return convolve(x, taps_of(weight), bias);
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const Tensor &x = saved[0], &weight = saved[1];
    const Tensor gy = gradients[0].contiguous();
    const Tensor gx = context->needs_input_grad(0) ? convolve(gy, taps_of(weight.flip({2, 3, 4})), Tensor()) : Tensor();
    const Tensor gw = taps_gradient(x, gy, weight.size(2)).permute({3, 0, 1, 2}).unsqueeze(1).contiguous();
    return {gx, gw, gy.view({-1, gy.size(4)}).sum(0)};
  }
};

} // namespace

Tensor depthwise_convolution(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  const std::int64_t kernel = weight.size(2);
  const bool has_kernel = x.is_cpu() && weight.scalar_type() == at::kFloat && (kernel == 3 || kernel == 5);
  if (!has_kernel) {
    return depthwise_convolution_aten(x, weight, bias);
  }
  const auto type = at::autocast::is_autocast_enabled(at::kCPU) ? at::autocast::get_autocast_dtype(at::kCPU) : x.scalar_type();
  return DepthwiseFunction::apply(x.to(at::kFloat).contiguous(), weight, bias).to(type);
}

Tensor depthwise_convolution_aten(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  const std::int64_t padding = weight.size(2) / 2;
  const Tensor channels_second = x.permute({0, 4, 1, 2, 3}); // channels_last_3d in memory
  return at::conv3d(channels_second, weight, bias, 1, padding, 1, weight.size(0)).permute({0, 2, 3, 4, 1}).contiguous();
}

} // namespace brainmvp::nn
