#include "nn/kernels/synchronised_norm.h"

#include <torch/autograd.h>

namespace brainmvp::nn {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// [C] each, double; tokens: [1].
struct RankMoments {
  Tensor tokens, mean, squares;
};

// Of x: [N, C], put together from those of all ranks by Chan's formula (Chan, Golub and LeVeque 1983).
RankMoments moments_over_ranks(const Tensor& x, const parallel::BatchShare& share) {
  const std::int64_t channels = x.size(1);
  const Tensor wide = x.to(at::kDouble);
  const Tensor own_mean = wide.mean(0);
  const Tensor own_squares = (wide - own_mean).square().sum(0);
  const Tensor own_tokens = at::full({1}, share.here == 0 ? 0.0 : static_cast<double>(x.size(0)), wide.options());
  const Tensor all = share.group->gather(at::cat({own_tokens, own_mean, own_squares})); // [ranks, 1 + 2 C]
  const Tensor counts = all.narrow(1, 0, 1), means = all.narrow(1, 1, channels);
  const Tensor tokens = counts.sum(0);
  const Tensor mean = (counts * means).sum(0) / tokens;
  return {.tokens = tokens,
          .mean = mean,
          .squares = (counts.sign() * all.narrow(1, 1 + channels, channels) + counts * (means - mean).square()).sum(0)};
}

class SynchronisedNormFunction : public torch::autograd::Function<SynchronisedNormFunction> {
public:
  // x: [N, C]
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& weight, const Tensor& bias, const Norm& norm) {
    const RankMoments moments = moments_over_ranks(x, norm.share);
    if (norm.running_mean.defined()) {
      norm.running_mean.mul_(1 - kBatchNormMomentum).add_(moments.mean * kBatchNormMomentum);
      const Tensor unbiased = moments.squares / (moments.tokens - 1).clamp_min(1);
      norm.running_var.mul_(1 - kBatchNormMomentum).add_(unbiased * kBatchNormMomentum);
    }
    const Tensor mean = moments.mean.to(at::kFloat);
    const Tensor reciprocal = (moments.squares / moments.tokens + norm.epsilon).rsqrt().to(at::kFloat);
    context->save_for_backward({x, weight, mean, reciprocal, moments.tokens});
    context->saved_data["group"] = reinterpret_cast<std::int64_t>(norm.share.group);
    context->saved_data["here"] = norm.share.here;
    return ((x.to(at::kFloat) - mean) * (reciprocal * weight) + bias).to(x.scalar_type());
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const Tensor &weight = saved[1], &reciprocal = saved[3], &tokens = saved[4];
    const Tensor gradient = gradients[0].to(at::kFloat);
    const Tensor normed = (saved[0].to(at::kFloat) - saved[2]) * reciprocal;
    const Tensor own = at::stack({(gradient * normed).sum(0), gradient.sum(0)}); // [2, C], of weight and bias
    Tensor all = own.to(at::kDouble);
    reinterpret_cast<const parallel::Group*>(context->saved_data["group"].toInt())->sum(all);
    const Tensor means = (all / tokens).to(at::kFloat);
    Tensor x_gradient = weight * reciprocal * (gradient - means[1] - normed * means[0]);
    if (context->saved_data["here"].toInt() == 0) { // its tokens are in no statistics
      x_gradient.zero_();
    }
    return {x_gradient.to(saved[0].scalar_type()), own[0], own[1], Tensor()};
  }
};

} // namespace

Tensor synchronised_norm(const Tensor& x, const Norm& norm) {
  return SynchronisedNormFunction::apply(x.reshape({-1, x.size(-1)}), norm.weight, norm.bias, norm).view(x.sizes());
}

} // namespace brainmvp::nn
