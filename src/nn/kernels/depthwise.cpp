#include "nn/kernels/depthwise.h"

#include <ATen/Parallel.h>
#include <torch/autograd.h>

#include <functional>

#include "nn/kernels/aten_convolution.h"
#include "nn/kernels/cuda_depthwise.h"
#include "nn/kernels/depthwise_kernels.h"
#include "nn/kernels/execution.h"
#include "nn/kernels/norm.h"
#include "nn/kernels/token_parts.h"
#include "nn/kernels/working_type.h"

namespace brainmvp::nn {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// grid: the finer of the two tensors.
DepthwiseShape shape_of(const Tensor& grid, std::int64_t kernel) {
  return {.depth = grid.size(1),
          .height = grid.size(2),
          .width = grid.size(3),
          .channels = grid.size(4),
          .kernel = kernel,
          .storage = storage_of(grid)};
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

// Every second position along each axis, from the first one: a view of x: [B, D, H, W, C].
Tensor every_second(const Tensor& x) {
  return x.slice(1, 0, std::nullopt, 2).slice(2, 0, std::nullopt, 2).slice(3, 0, std::nullopt, 2);
}

// x at every second position, and zeros between.
Tensor between_zeros(const Tensor& x, torch::IntArrayRef sizes) {
  Tensor y = at::zeros(sizes, x.options());
  every_second(y).copy_(x);
  return y;
}

// The kernel for GPUs has stride 1: it convolves on the finer grid.
Tensor convolve_on_gpu(const Tensor& x, const Tensor& taps, const Tensor& bias, Sampling sampling, torch::IntArrayRef sizes) {
  const Tensor fine = sampling == Sampling::kDoubled ? between_zeros(x, sizes) : x;
  const Tensor y = cuda_depthwise()->convolve(cuda_place(x), fine, taps, bias);
  return sampling == Sampling::kHalved ? every_second(y).contiguous() : y;
}

// Gives a tensor of `sizes`. x and the result lie on one grid; of kHalved, the result lies at every second position of it, of
// kDoubled, x does. taps: [k, k, k, C]; bias: [C] or undefined.
Tensor convolve(const Tensor& x, const Tensor& taps, const Tensor& bias, Sampling sampling, torch::IntArrayRef sizes) {
  if (x.is_cuda()) {
    return convolve_on_gpu(x, taps, bias, sampling, sizes);
  }
  Tensor y = at::empty(sizes, x.options());
  DepthwiseShape shape = shape_of(sampling == Sampling::kDoubled ? y : x, taps.size(0));
  shape.x_stride = sampling == Sampling::kDoubled ? 2 : 1;
  shape.y_stride = sampling == Sampling::kHalved ? 2 : 1;
  const float* weight = taps.const_data_ptr<float>();
  const float* offset = bias.defined() ? bias.const_data_ptr<float>() : nullptr;
  for_each_slab(x.size(0), shape, [&](std::int64_t b, std::int64_t, const DepthwiseSlab& slab, std::vector<float>& scratch) {
    depthwise_channels(shape, slab, sample_of(x, b), weight, offset, sample_of(y, b), scratch);
  });
  return y;
}

// Gradient of the taps, [k, k, k, C]; gy lies on x's grid, or at every second position of it. Slabs are added in their order,
// whatever the threads do.
Tensor taps_gradient(const Tensor& x, const Tensor& gy, std::int64_t kernel, bool is_halved) {
  if (x.is_cuda()) {
    return cuda_depthwise()->taps_gradient(cuda_place(x), x, is_halved ? between_zeros(gy, x.sizes()) : gy, kernel);
  }
  DepthwiseShape shape = shape_of(x, kernel);
  shape.y_stride = is_halved ? 2 : 1;
  const std::int64_t slabs = slabs_of(shape);
  Tensor parts = at::empty({x.size(0) * slabs, kernel, kernel, kernel, shape.channels}, x.options().dtype(at::kFloat));
  const std::int64_t part = parts.stride(0);
  float* out = parts.mutable_data_ptr<float>();
  for_each_slab(x.size(0), shape, [&](std::int64_t b, std::int64_t i, const DepthwiseSlab& slab, std::vector<float>& scratch) {
    depthwise_weight_gradient(shape, slab, sample_of(x, b), sample_of(gy, b), out + (b * slabs + i) * part, scratch);
  });
  return added_up(parts);
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

std::vector<std::int64_t> sizes_of(const Tensor& x, Sampling sampling) {
  std::vector<std::int64_t> sizes = x.sizes().vec();
  for (std::size_t axis = 1; axis < 4; ++axis) {
    const std::int64_t side = sizes[axis];
    sizes[axis] = sampling == Sampling::kHalved ? (side + 1) / 2 : sampling == Sampling::kDoubled ? 2 * side - 1 : side;
  }
  return sizes;
}

// Of the gradient.
Sampling reversed(Sampling sampling) {
  return sampling == Sampling::kHalved    ? Sampling::kDoubled
         : sampling == Sampling::kDoubled ? Sampling::kHalved
                                          : Sampling::kSame;
}

class DepthwiseFunction : public torch::autograd::Function<DepthwiseFunction> {
public:
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& weight, const Tensor& bias,
                        const DepthwiseOptions& options) {
    context->save_for_backward({x, weight});
    context->saved_data["adds_input"] = options.adds_input;
    context->saved_data["sampling"] = static_cast<std::int64_t>(options.sampling);
    const Tensor own = weight.detach();
    const Tensor taps = taps_of(options.sampling == Sampling::kDoubled ? mirrored(own) : own, options.adds_input);
    return convolve(x, taps, bias, options.sampling, sizes_of(x, options.sampling));
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const Tensor& x = saved[0];
    const Tensor weight = saved[1].detach();
    const Tensor gy = gradients[0].contiguous();
    const auto sampling = static_cast<Sampling>(context->saved_data["sampling"].toInt());
    const bool is_doubled = sampling == Sampling::kDoubled;
    Tensor gx;
    if (context->needs_input_grad(0)) {
      const Tensor taps = taps_of(is_doubled ? weight : mirrored(weight), context->saved_data["adds_input"].toBool());
      gx = convolve(gy, taps, Tensor(), reversed(sampling), x.sizes());
    }
    const Tensor gw = is_doubled ? taps_gradient(gy, x, weight.size(2), true)
                                 : taps_gradient(x, gy, weight.size(2), sampling == Sampling::kHalved);
    return {gx, gw.permute({3, 0, 1, 2}).unsqueeze(1).contiguous(), column_sums(gy.view({-1, gy.size(4)})), Tensor()};
  }

private:
  static Tensor mirrored(const Tensor& weight) { return weight.flip({2, 3, 4}); }
};

Tensor through_aten(const Tensor& x, const Tensor& weight, const Tensor& bias, const DepthwiseOptions& options) {
  const bool is_plain = uses_plain_kernels();
  const Tensor view = x.permute({0, 4, 1, 2, 3}); // channels_last_3d in memory
  const Tensor channels_second = is_plain ? view.contiguous() : view;
  const std::int64_t padding = weight.size(2) / 2;
  const Tensor y = options.sampling == Sampling::kDoubled
                       ? at::conv_transpose3d(channels_second, weight, bias, 2, padding, 0, weight.size(0))
                       : aten_convolution(channels_second, weight, bias, options.sampling == Sampling::kHalved ? 2 : 1, padding,
                                          weight.size(0));
  const Tensor tokens = y.permute({0, 2, 3, 4, 1});
  const Tensor result = is_plain ? tokens : tokens.contiguous();
  return options.adds_input ? x + result : result;
}

} // namespace

Tensor depthwise_convolution(const Tensor& x, const Tensor& weight, const Tensor& bias, const DepthwiseOptions& options) {
  const std::int64_t kernel = weight.size(2);
  const bool has_kernel = !uses_plain_kernels() && weight.scalar_type() == at::kFloat && (kernel == 3 || kernel == 5) &&
                          (x.is_cpu() || (x.is_cuda() && cuda_depthwise() != nullptr));
  if (!has_kernel) {
    return through_aten(x, weight, bias, options);
  }
  return DepthwiseFunction::apply(x.to(working_type(x)).contiguous(), weight, bias, options);
}

} // namespace brainmvp::nn
