#include "nn/recomputed_mlp.h"

#include <torch/autograd.h>

#include <algorithm>
#include <vector>

#include "nn/working_type.h"

namespace brainmvp::nn {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Tokens whose hidden activations take about 4 MB.
std::int64_t block_tokens(const Tensor& x, const Tensor& weight1) {
  constexpr std::int64_t kBlockBytes = 4 << 20;
  return x.is_cpu() ? std::max<std::int64_t>(64, kBlockBytes / (weight1.size(0) * x.element_size())) : x.size(0);
}

// sum += a^T b; a sum in float stays in float when the factors are narrower.
void add_product(Tensor& sum, const Tensor& a, const Tensor& b) {
  if (sum.scalar_type() == a.scalar_type()) {
    sum.addmm_(a.t(), b);
  } else {
    sum.add_(at::mm(a.t(), b));
  }
}

class MlpFunction : public torch::autograd::Function<MlpFunction> {
public:
  // x: [N, C]
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& w1, const Tensor& b1, const Tensor& w2,
                        const Tensor& b2) {
    context->save_for_backward({x, w1, b1, w2});
    Tensor y = at::empty({x.size(0), w2.size(0)}, x.options());
    const std::int64_t step = block_tokens(x, w1);
    for (std::int64_t start = 0; start < x.size(0); start += step) {
      const std::int64_t end = std::min(start + step, x.size(0));
      Tensor hidden = at::addmm(b1, x.slice(0, start, end), w1.t());
      at::gelu_(hidden);
      Tensor block = y.slice(0, start, end);
      at::addmm_out(block, b2, hidden, w2.t());
    }
    return y;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const Tensor &x = saved[0], &w1 = saved[1], &b1 = saved[2], &w2 = saved[3];
    const Tensor gy = gradients[0].contiguous();
    const auto sum_type = at::isReducedFloatingType(x.scalar_type()) ? at::kFloat : x.scalar_type();
    Tensor gx = at::empty_like(x);
    Tensor gw1 = at::zeros_like(w1, w1.options().dtype(sum_type));
    Tensor gb1 = at::zeros_like(b1, b1.options().dtype(sum_type));
    Tensor gw2 = at::zeros_like(w2, w2.options().dtype(sum_type));
    const std::int64_t step = block_tokens(x, w1);
    for (std::int64_t start = 0; start < x.size(0); start += step) {
      const std::int64_t end = std::min(start + step, x.size(0));
      const Tensor x_block = x.slice(0, start, end);
      const Tensor gy_block = gy.slice(0, start, end);
      const Tensor hidden = at::addmm(b1, x_block, w1.t());
      add_product(gw2, gy_block, at::gelu(hidden));
      const Tensor g_hidden = at::gelu_backward(at::mm(gy_block, w2), hidden);
      add_product(gw1, g_hidden, x_block);
      gb1.add_(g_hidden.sum(0, false, sum_type));
      Tensor gx_block = gx.slice(0, start, end);
      at::mm_out(gx_block, g_hidden, w1);
    }
    const Tensor gb2 = gy.sum(0, false, sum_type);
    return {gx, gw1.to(w1.scalar_type()), gb1.to(b1.scalar_type()), gw2.to(w2.scalar_type()), gb2.to(b1.scalar_type())};
  }
};

} // namespace

Tensor recomputed_mlp(const Tensor& x, const MlpParameters& parameters) {
  const at::ScalarType type = working_type(x);
  std::vector<std::int64_t> shape = x.sizes().vec();
  shape.back() = parameters.weight2.size(0);
  const Tensor tokens = x.reshape({-1, x.size(-1)}).to(type);
  return MlpFunction::apply(tokens, parameters.weight1.to(type), parameters.bias1.to(type), parameters.weight2.to(type),
                            parameters.bias2.to(type))
      .view(shape);
}

} // namespace brainmvp::nn
