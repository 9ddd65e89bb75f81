#include "nn/kernels/bfloat_attention.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>
#include <torch/autograd.h>

#include <string>

#include "nn/kernels/bfloat_products.h"

namespace brainmvp::nn {
namespace {

using torch::Tensor;

struct AttentionCase {
  std::string name;
  std::int64_t batch, tokens, heads, width;
};

struct AttentionAnswer {
  Tensor y, gradient;
};

Tensor plain_attention(const Tensor& qkv, std::int64_t heads) {
  const Tensor parts = qkv.view({qkv.size(0), qkv.size(1), 3, heads, -1}).permute({2, 0, 3, 1, 4});
  const double scale = 1 / std::sqrt(static_cast<double>(parts.size(4)));
  const Tensor weights = at::softmax(at::matmul(parts[0], parts[1].transpose(2, 3)) * scale, 3);
  return at::matmul(weights, parts[2]).transpose(1, 2).flatten(2);
}

double length(const Tensor& x) { return x.norm().item<double>(); }

double norm_of_difference(const Tensor& a, const Tensor& b) { return length(a.to(torch::kDouble) - b.to(torch::kDouble)); }

class BfloatAttention : public testing::TestWithParam<AttentionCase> {
protected:
  void SetUp() override {
    if (!has_bfloat16_products()) {
      GTEST_SKIP() << "no instructions for bfloat16";
    }
    const auto& [name, batch, tokens, heads, width] = GetParam();
    torch::manual_seed(3);
    qkv_ = (torch::randn({batch, tokens, 3 * heads * width}) * 1.5).to(torch::kBFloat16);
    direction_ = torch::randn({batch, tokens, heads * width}).to(torch::kBFloat16);
  }

  template <class Attention>
  AttentionAnswer solve(torch::ScalarType type, const Attention& attention) const {
    const Tensor qkv = qkv_.to(type).requires_grad_();
    const Tensor y = attention(qkv, GetParam().heads);
    return {.y = y, .gradient = torch::autograd::grad({y}, {qkv}, {direction_.to(type)})[0]};
  }

  Tensor qkv_, direction_;
};

TEST_P(BfloatAttention, EqualsThePlainFormInDoubleWithinItsRounding) {
  ASSERT_TRUE(has_bfloat16_attention(qkv_, GetParam().heads));
  const AttentionAnswer answer = solve(torch::kBFloat16, bfloat_attention), exact = solve(torch::kDouble, plain_attention);
  EXPECT_LT(norm_of_difference(answer.y, exact.y), 5e-3 * length(exact.y));
  const auto parts = answer.gradient.chunk(3, 2), exact_parts = exact.gradient.chunk(3, 2); // of queries, keys and values
  for (std::size_t part = 0; part < 3; ++part) {
    const double bound = 1e-2 * length(exact_parts[part]) + 2e-3 * length(exact.gradient);
    EXPECT_LT(norm_of_difference(parts[part], exact_parts[part]), bound) << part;
  }
}

TEST_P(BfloatAttention, HasTheSameBitsWithAnyNumberOfThreads) {
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  const AttentionAnswer one = solve(torch::kBFloat16, bfloat_attention);
  at::set_num_threads(3);
  const AttentionAnswer three = solve(torch::kBFloat16, bfloat_attention);
  at::set_num_threads(threads);
  EXPECT_TRUE(at::equal(one.y, three.y));
  EXPECT_TRUE(at::equal(one.gradient, three.gradient));
}

// Tokens around blocks of queries and keys; widths that fill vectors and that do not.
INSTANTIATE_TEST_SUITE_P(Shapes, BfloatAttention,
                         testing::Values(AttentionCase{"one_token", 2, 1, 2, 32}, AttentionCase{"odd", 1, 27, 3, 10},
                                         AttentionCase{"a_block", 2, 64, 2, 64}, AttentionCase{"over_a_block", 1, 65, 4, 32},
                                         AttentionCase{"two_key_blocks", 2, 601, 2, 64},
                                         AttentionCase{"crop_96", 1, 1728, 2, 32}),
                         [](const auto& test) { return test.param.name; });

} // namespace
} // namespace brainmvp::nn
