#include "nn/kernels/cube_convolution.h"

#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <gtest/gtest.h>
#include <torch/autograd.h>

#include <vector>

namespace brainmvp::nn {
namespace {

using torch::Tensor;

struct CubeCase {
  std::int64_t samples, depth, height, width, in, out, stride = 1;
};

class CubeConvolutions : public testing::TestWithParam<CubeCase> {
protected:
  CubeConvolutions() {
    torch::manual_seed(9);
    const auto [samples, depth, height, width, in, out, stride] = GetParam();
    x_ = torch::randn({samples, depth, height, width, in}).requires_grad_();
    weight_ = torch::randn({out, in, 3, 3, 3}).requires_grad_();
    bias_ = torch::randn({out}).requires_grad_();
    const auto side = [step = stride](std::int64_t of_x) { return (of_x + step - 1) / step; };
    direction_ = torch::randn({samples, side(depth), side(height), side(width), out});
  }

  static Tensor convolved(const Tensor& x, const Tensor& weight, const Tensor& bias) {
    return convolve_cubes(x, weight, bias, GetParam().stride);
  }

  Tensor x_, weight_, bias_, direction_;
};

double error_of(const Tensor& a, const Tensor& exact) {
  return (a.to(torch::kDouble) - exact).norm().item<double>() / exact.norm().item<double>();
}

TEST_P(CubeConvolutions, EqualAtenInDoubleWithAllGradients) {
  const auto exact = [](const Tensor& tensor) { return tensor.detach().to(torch::kDouble).requires_grad_(); };
  const std::vector<Tensor> doubles{exact(x_), exact(weight_), exact(bias_)};
  const Tensor y = convolved(x_, weight_, bias_);
  const Tensor expected = convolved(doubles[0], doubles[1], doubles[2]); // has no kernel of ours in double
  EXPECT_LT(error_of(y, expected), 1e-6);
  const auto gradients = torch::autograd::grad({y}, {x_, weight_, bias_}, {direction_});
  const auto expected_gradients = torch::autograd::grad({expected}, doubles, {direction_.to(torch::kDouble)});
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    EXPECT_EQ(gradients[i].sizes(), expected_gradients[i].sizes());
    EXPECT_LT(error_of(gradients[i], expected_gradients[i]), 2e-6) << i;
  }
}

TEST_P(CubeConvolutions, GiveTheSameBitsWithAnyNumberOfThreads) {
  const auto solve = [&] { return torch::autograd::grad({convolved(x_, weight_, {})}, {x_, weight_}, {direction_}); };
  const int threads = at::get_num_threads();
  const auto one = solve();
  at::set_num_threads(threads == 1 ? 3 : 1);
  const auto other = solve();
  at::set_num_threads(threads);
  EXPECT_TRUE(at::equal(one[0], other[0]));
  EXPECT_TRUE(at::equal(one[1], other[1]));
}

TEST_P(CubeConvolutions, InBfloat16StayWithinItsRounding) {
  const Tensor expected = convolved(x_, weight_, bias_).detach().to(torch::kDouble);
  at::autocast::set_autocast_enabled(at::kCPU, true);
  const Tensor y = convolved(x_, weight_, bias_);
  at::autocast::set_autocast_enabled(at::kCPU, false);
  EXPECT_EQ(y.scalar_type(), torch::kBFloat16);
  EXPECT_LT(error_of(y, expected), 1e-2);
}

// Axes of one voxel, strips that are not full, channels that fill a vector and that do not.
INSTANTIATE_TEST_SUITE_P(Shapes, CubeConvolutions,
                         testing::Values(CubeCase{2, 4, 9, 12, 16, 32}, CubeCase{1, 1, 1, 1, 5, 3}, CubeCase{1, 3, 17, 2, 7, 13},
                                         CubeCase{1, 2, 1, 19, 4, 64}, CubeCase{2, 5, 8, 7, 64, 20}, CubeCase{1, 9, 7, 3, 40, 70},
                                         CubeCase{1, 3, 2, 140, 3, 5}, CubeCase{2, 4, 18, 12, 16, 32, 2},
                                         CubeCase{1, 1, 1, 1, 5, 3, 2}, CubeCase{1, 3, 17, 2, 7, 13, 2},
                                         CubeCase{1, 2, 1, 19, 4, 64, 2}, CubeCase{2, 5, 8, 7, 64, 20, 2}));

} // namespace
} // namespace brainmvp::nn
