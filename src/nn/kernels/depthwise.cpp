#include "nn/kernels/depthwise.h"

#include <ATen/Parallel.h>
#include <torch/autograd.h>

#include <functional>

#include "nn/kernels/cuda_depthwise.h"
#include "nn/kernels/depthwise_kernels.h"
#include "nn/kernels/execution.h"
#include "nn/kernels/norm.h"
#include "nn/kernels/plain.h"
#include "nn/kernels/token_parts.h"
#include "nn/kernels/working_type.h"

namespace brainmvp::nn {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

DepthwiseShape shape_of(const Tensor& x, std::int64_t kernel) {
  return {.depth = x.size(1),
          .height = x.size(2),
          .width = x.size(3),
          .channels = x.size(4),
          .kernel = kernel,
          .storage = storage_of(x)};
}

// A sample is cut into slabs, whatever the number of threads.
std::int64_t slabs_of(const DepthwiseShape& shape) {
  constexpr std::int64_t kPlanes = 16;
  return (shape.depth + kPlanes - 1) / kPlanes;
}

using Work = std::function<void(std::int64_t sample, std::int64_t slab, const DepthwiseSlab&, std::vector<float>& scratch)>;

// Calls work for every sample, slab and group of channels, on ATen's threads.
void for_each_slab(std::int64_t samples, const DepthwiseShape& shape, const Work& work) {
  const std::int64_t groups = (shape.channels + kDepthwiseChannels - 1) / kDepthwiseChannels;
  const std::int64_t slabs = slabs_of(shape);
  at::parallel_for(0, samples * slabs * groups, 1, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> scratch = depthwise_scratch(shape);
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t slab = i / groups % slabs;
      work(i / groups / slabs, slab,
           {.first = i % groups * kDepthwiseChannels,
            .begin = shape.depth * slab / slabs,
            .end = shape.depth * (slab + 1) / slabs},
           scratch);
    }
  });
}

const void* sample_of(const Tensor& x, std::int64_t sample) {
  return static_cast<const char*>(x.const_data_ptr()) + sample * x.stride(0) * static_cast<std::int64_t>(x.element_size());
}

void* sample_of(Tensor& x, std::int64_t sample) {
  return static_cast<char*>(x.mutable_data_ptr()) + sample * x.stride(0) * static_cast<std::int64_t>(x.element_size());
}

// taps: [k, k, k, C]; bias: [C] or undefined.
Tensor convolve(const Tensor& x, const Tensor& taps, const Tensor& bias) {
  if (x.is_cuda()) {
    return cuda_depthwise()->convolve(cuda_place(x), x, taps, bias);
  }
  const DepthwiseShape shape = shape_of(x, taps.size(0));
  Tensor y = at::empty_like(x);
  const float* weight = taps.const_data_ptr<float>();
  const float* offset = bias.defined() ? bias.const_data_ptr<float>() : nullptr;
  for_each_slab(x.size(0), shape, [&](std::int64_t b, std::int64_t, const DepthwiseSlab& slab, std::vector<float>& scratch) {
    depthwise_channels(shape, slab, sample_of(x, b), weight, offset, sample_of(y, b), scratch);
  });
  return y;
}

// Gradient of the taps, [k, k, k, C]; slabs are added in their order, whatever the threads do.
Tensor taps_gradient(const Tensor& x, const Tensor& gy, std::int64_t kernel) {
  if (x.is_cuda()) {
    return cuda_depthwise()->taps_gradient(cuda_place(x), x, gy, kernel);
  }
  const DepthwiseShape shape = shape_of(x, kernel);
  const std::int64_t slabs = slabs_of(shape);
  Tensor parts = at::empty({x.size(0) * slabs, kernel, kernel, kernel, shape.channels}, x.options().dtype(at::kFloat));
  const std::int64_t part = parts.stride(0);
  float* out = parts.mutable_data_ptr<float>();
  for_each_slab(x.size(0), shape, [&](std::int64_t b, std::int64_t i, const DepthwiseSlab& slab, std::vector<float>& scratch) {
    depthwise_weight_gradient(shape, slab, sample_of(x, b), sample_of(gy, b), out + (b * slabs + i) * part, scratch);
  });
  return parts.sum(0);
}

// [C, 1, k, k, k] -> [k, k, k, C]. Adding the input to the result is a tap of 1 in the centre.
Tensor taps_of(const Tensor& weight, bool adds_input) {
  Tensor taps = weight.squeeze(1).permute({1, 2, 3, 0}).contiguous();
  if (adds_input) {
    const std::int64_t centre = taps.size(0) / 2;
    taps[centre][centre][centre].add_(1);
  }
  return taps;
}

class DepthwiseFunction : public torch::autograd::Function<DepthwiseFunction> {
public:
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& weight, const Tensor& bias, bool adds_input) {
    context->save_for_backward({x, weight});
    context->saved_data["adds_input"] = adds_input;
    return convolve(x, taps_of(weight.detach(), adds_input), bias);
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const Tensor& x = saved[0];
    const Tensor weight = saved[1].detach();
    const Tensor gy = gradients[0].contiguous();
    Tensor gx;
    if (context->needs_input_grad(0)) {
      gx = convolve(gy, taps_of(weight.flip({2, 3, 4}), context->saved_data["adds_input"].toBool()), Tensor());
    }
    const Tensor gw = taps_gradient(x, gy, weight.size(2)).permute({3, 0, 1, 2}).unsqueeze(1).contiguous();
    return {gx, gw, column_sums(gy.view({-1, gy.size(4)})), Tensor()};
  }
};

Tensor through_aten(const Tensor& x, const Tensor& weight, const Tensor& bias, bool adds_input) {
  const Tensor channels_second = x.permute({0, 4, 1, 2, 3}); // channels_last_3d in memory
  const Tensor y = at::conv3d(channels_second, weight, bias, 1, weight.size(2) / 2, 1, weight.size(0));
  const Tensor tokens = y.permute({0, 2, 3, 4, 1}).contiguous();
  return adds_input ? tokens + x : tokens;
}

} // namespace

Tensor depthwise_convolution(const Tensor& x, const Tensor& weight, const Tensor& bias, const DepthwiseOptions& options) {
  if (uses_plain_kernels()) {
    const Tensor y = plain::convolve(x, weight, bias, weight.size(0));
    return options.adds_input ? x + y : y;
  }
  const std::int64_t kernel = weight.size(2);
  const bool has_kernel = weight.scalar_type() == at::kFloat && (kernel == 3 || kernel == 5) &&
                          (x.is_cpu() || (x.is_cuda() && cuda_depthwise() != nullptr));
  if (!has_kernel) {
    return through_aten(x, weight, bias, options.adds_input);
  }
  return DepthwiseFunction::apply(x.to(working_type(x)).contiguous(), weight, bias, options.adds_input);
}

} // namespace brainmvp::nn
