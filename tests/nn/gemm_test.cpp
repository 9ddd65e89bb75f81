#include "nn/kernels/gemm.h"

#include <gtest/gtest.h>
#include <torch/types.h>

namespace brainmvp::nn {
namespace {

using torch::Tensor;

Factor factor_of(const Tensor& matrix) {
  return {.data = matrix.const_data_ptr<float>(), .row = matrix.stride(0), .column = matrix.stride(1)};
}

class Products : public testing::TestWithParam<ProductSize> {
protected:
  Products() { torch::manual_seed(3); }

  Tensor a_ = torch::randn({GetParam().m, GetParam().k}), b_ = torch::randn({GetParam().k, GetParam().n});
  Tensor start_ = torch::randn({GetParam().m, GetParam().n});
};

TEST_P(Products, EqualThoseOfAtenAndAreTheSameBitsWhicheverWayTheFactorsLie) {
  const auto& [m, n, k] = GetParam();
  Tensor c = start_.clone();
  multiply(GetParam(), factor_of(a_), b_.const_data_ptr<float>(), n, c.mutable_data_ptr<float>(), n, true);
  const Tensor exact = start_.to(torch::kDouble) + torch::mm(a_.to(torch::kDouble), b_.to(torch::kDouble));
  EXPECT_LT((c - exact).abs().max().item<double>(), 2e-6 * static_cast<double>(k) + 1e-6);

  const Tensor columns = b_.t().contiguous().t(); // [k, n], each column in one piece
  for (const Tensor& right : {b_, columns}) {
    Tensor packed = start_.clone();
    multiply(m, factor_of(a_.t().contiguous().t()), PackedFactor(factor_of(right), k, n), packed.mutable_data_ptr<float>(), n,
             true);
    EXPECT_TRUE(at::equal(packed, c));
  }
  Tensor set = torch::full_like(start_, 7);
  multiply(m, factor_of(a_), PackedFactor(factor_of(b_), k, n), set.mutable_data_ptr<float>(), n, false);
  EXPECT_LT((set - (exact - start_)).abs().max().item<double>(), 2e-6 * static_cast<double>(k) + 1e-6);
}

TEST_P(Products, AreTheSameBitsForAFactorThatIsSetInPiecesAndForSegments) {
  const auto& [m, n, k] = GetParam();
  Tensor c = start_.clone();
  const PackedFactor whole(factor_of(b_), k, n);
  multiply(m, factor_of(a_), whole, c.mutable_data_ptr<float>(), n, true);
  PackedFactor pieces(k, n);
  for (std::int64_t row = 0; row < k; ++row) {
    const std::int64_t middle = n / 3;
    pieces.set(row, middle, n - middle, b_.const_data_ptr<float>() + row * n + middle);
    pieces.set(row, 0, middle, b_.const_data_ptr<float>() + row * n);
  }
  Tensor other = torch::randn({m, k}), from_pieces = start_.clone(), alone = start_.clone(), beside = start_.clone();
  multiply(m, factor_of(a_), pieces, from_pieces.mutable_data_ptr<float>(), n, true);
  EXPECT_TRUE(at::equal(from_pieces, c));
  multiply(m, factor_of(other), whole, alone.mutable_data_ptr<float>(), n, true);
  Tensor first = start_.clone();
  const std::vector<Segment> segments{{a_.const_data_ptr<float>(), first.mutable_data_ptr<float>()},
                                      {other.const_data_ptr<float>(), beside.mutable_data_ptr<float>()}};
  multiply_segments(m, segments, k, whole, n);
  EXPECT_TRUE(at::equal(first, c));
  EXPECT_TRUE(at::equal(beside, alone));
}

// Every remainder of the rows, columns that fill no vector, and factors deeper than a panel.
INSTANTIATE_TEST_SUITE_P(Sizes, Products,
                         testing::Values(ProductSize{1, 1, 1}, ProductSize{2, 16, 5}, ProductSize{3, 17, 9},
                                         ProductSize{4, 31, 64}, ProductSize{5, 8, 257}, ProductSize{7, 40, 3},
                                         ProductSize{8, 48, 600}, ProductSize{9, 5, 2}, ProductSize{10, 33, 7},
                                         ProductSize{11, 19, 12}, ProductSize{13, 7, 20}, ProductSize{14, 16, 256},
                                         ProductSize{25, 100, 30}, ProductSize{72, 128, 192}));

} // namespace
} // namespace brainmvp::nn
