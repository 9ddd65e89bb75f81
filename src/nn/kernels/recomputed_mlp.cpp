#include "nn/kernels/recomputed_mlp.h"

#include <torch/autograd.h>

#include <algorithm>
#include <vector>

#include "nn/kernels/norm.h"
#include "nn/kernels/working_type.h"

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

// In float at least.
Tensor sum_of_tokens(const Tensor& x) {
  return x.is_cuda() ? column_sums(x) : x.sum(0, false, at::promoteTypes(x.scalar_type(), at::kFloat));
}

// The sum over blocks of tokens; in float when there are several and their type is narrower.
class BlockSum {
public:
  void add(const Tensor& term) {
    if (!sum_.defined()) {
      sum_ = term;
      return;
    }
    sum_ = at::isReducedFloatingType(sum_.scalar_type()) ? sum_.to(at::kFloat) : sum_;
    sum_.add_(term);
  }

  void add_product(const Tensor& a, const Tensor& b) { // a^T b
    if (sum_.defined() && sum_.scalar_type() == a.scalar_type() && !at::isReducedFloatingType(a.scalar_type())) {
      sum_.addmm_(a.t(), b);
    } else {
      add(at::mm(a.t(), b));
    }
  }

  [[nodiscard]] Tensor as(at::ScalarType type) const { return sum_.to(type); }

private:
  Tensor sum_;
};

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
    Tensor gx = at::empty_like(x);
    BlockSum gw1, gb1, gw2;
    const std::int64_t step = block_tokens(x, w1);
    for (std::int64_t start = 0; start < x.size(0); start += step) {
      const std::int64_t end = std::min(start + step, x.size(0));
      const Tensor x_block = x.slice(0, start, end);
      const Tensor gy_block = gy.slice(0, start, end);
      const Tensor hidden = at::addmm(b1, x_block, w1.t());
      gw2.add_product(gy_block, at::gelu(hidden));
      const Tensor g_hidden = at::gelu_backward(at::mm(gy_block, w2), hidden);
      gw1.add_product(g_hidden, x_block);
      gb1.add(sum_of_tokens(g_hidden));
      Tensor gx_block = gx.slice(0, start, end);
      at::mm_out(gx_block, g_hidden, w1);
    }
    return {gx, gw1.as(w1.scalar_type()), gb1.as(b1.scalar_type()), gw2.as(w2.scalar_type()),
            sum_of_tokens(gy).to(b1.scalar_type())};
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
