#include "nn/kernels/cube_convolution.h"

#include <torch/autograd.h>

#include "nn/kernels/aten_convolution.h"
#include "nn/kernels/cube_rows.h"
#include "nn/kernels/execution.h"
#include "nn/kernels/norm.h"
#include "nn/kernels/plain.h"
#include "nn/kernels/working_type.h"

namespace brainmvp::nn {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

class CubeConvolution : public torch::autograd::Function<CubeConvolution> {
public:
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& weight, const Tensor& bias,
                        std::int64_t stride) {
    context->save_for_backward({x, weight});
    context->saved_data["stride"] = stride;
    return convolve_rows(x, weight.detach(), bias.numel() > 0 ? bias : Tensor(), stride);
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const Tensor& x = saved[0];
    const Tensor weight = saved[1].detach();
    const Tensor gy = gradients[0].contiguous();
    const std::int64_t stride = context->saved_data["stride"].toInt();
    Tensor gx, gb;
    if (context->needs_input_grad(0)) {
      gx = stride == 1 ? convolve_back(gy, weight) : spread_rows(x, weight, gy);
    }
    if (context->needs_input_grad(2)) {
      gb = column_sums(tokens_of(gy));
    }
    return {gx, weight_gradient_of(x, gy, stride), gb, Tensor()};
  }
};

} // namespace

Tensor convolve_cubes(const Tensor& x, const Tensor& weight, const Tensor& bias, std::int64_t stride) {
  if (uses_plain_kernels()) {
    return plain::convolve(x, weight, bias, stride);
  }
  if (!has_own_products(x, weight)) {
    return aten_convolution(x.permute({0, 4, 1, 2, 3}), weight, bias, stride, 1).permute({0, 2, 3, 4, 1}).contiguous();
  }
  return CubeConvolution::apply(x.to(working_type(x)).contiguous(), weight, bias.defined() ? bias : at::empty({0}), stride);
}

} // namespace brainmvp::nn
