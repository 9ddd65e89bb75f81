#include "nn/kernels/recomputed_attention.h"

#include <torch/autograd.h>

#include <cmath>

namespace brainmvp::nn {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

class AttentionFunction : public torch::autograd::Function<AttentionFunction> {
public:
  static Tensor forward(AutogradContext* context, const Tensor& q, const Tensor& k, const Tensor& v) {
    context->save_for_backward({q, k, v});
    return at::scaled_dot_product_attention(q, k, v);
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const double scale = 1 / std::sqrt(static_cast<double>(saved[0].size(3)));
    std::vector<Tensor> gq, gk, gv;
    for (std::int64_t b = 0; b < saved[0].size(0); ++b) {
      const Tensor q = saved[0][b], k = saved[1][b], v = saved[2][b], gy = gradients[0][b]; // [heads, N, width]
      const Tensor weights = at::softmax(at::matmul(q, k.transpose(1, 2)) * scale, 2);
      gv.push_back(at::matmul(weights.transpose(1, 2), gy));
      const Tensor g_scores =
          at::_softmax_backward_data(at::matmul(gy, v.transpose(1, 2)), weights, 2, weights.scalar_type()) * scale;
      gq.push_back(at::matmul(g_scores, k));
      gk.push_back(at::matmul(g_scores.transpose(1, 2), q));
    }
    return {at::stack(gq), at::stack(gk), at::stack(gv)};
  }
};

} // namespace

Tensor recomputed_attention(const Tensor& q, const Tensor& k, const Tensor& v) { return AttentionFunction::apply(q, k, v); }

} // namespace brainmvp::nn
