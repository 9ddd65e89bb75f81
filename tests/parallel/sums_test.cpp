#include "parallel/sums.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "parallel/gradient_reducer.h"
#include "parallel/ranks.h"

namespace brainmvp::parallel {
namespace {

using torch::Tensor;

// Rows of x that a rank has: 3 of 8, 0 of them in the last rank.
constexpr std::array<std::int64_t, 4> kFirst{0, 3, 6, 8}, kCount{3, 3, 2, 0};

// sum((x w)^2) / rows + sum over pairs of rows, which mixes what lies on different ranks.
Tensor loss_of(const Tensor& x, const Tensor& w, const BatchShare& share) {
  const Tensor y = x.matmul(w);
  const Tensor mean = mean_over_ranks(y.square().sum(1).mean(), share);
  const Tensor rows = rows_of_ranks(y, share);
  const Tensor sum = sum_over_ranks(y.sum(), share);
  return mean + rows.matmul(rows.t()).tanh().sum() + sum.square();
}

TEST(SumsOverRanks, GradientsAreThoseOfTheWholeBatch) {
  torch::manual_seed(3);
  const Tensor x = torch::randn({8, 5}, torch::kDouble);
  const Tensor start = torch::randn({5, 2}, torch::kDouble);
  const Tensor whole = start.clone().requires_grad_();
  const Tensor expected = loss_of(x, whole, {});
  expected.backward();
  test::run_ranks(4, [&](const Group& group) {
    const auto rank = static_cast<std::size_t>(group.rank());
    const BatchShare share{.group = &group, .here = kCount[rank], .all = 8};
    const Tensor own = x.narrow(0, std::min<std::int64_t>(kFirst[rank], 7), std::max<std::int64_t>(kCount[rank], 1));
    const Tensor w = start.clone().requires_grad_();
    GradientReducer reducer(group, {{"w", w}});
    const Tensor loss = loss_of(own, w, share);
    EXPECT_NEAR(loss.item<double>(), expected.item<double>(), 1e-12 * std::abs(expected.item<double>()));
    reducer.backward(loss, true);
    EXPECT_TRUE(w.grad().allclose(whole.grad(), 1e-12, 1e-12));
  });
}

TEST(GradientReducer, OnlyTheLastPassOfAStepExchanges) {
  test::run_ranks(2, [](const Group& group) {
    const Tensor w = torch::ones({3}).requires_grad_();
    GradientReducer reducer(group, {{"w", w}});
    const auto own = static_cast<float>(group.rank() + 1);
    for (int step = 0; step < 3; ++step) {
      w.mutable_grad() = Tensor();
      reducer.backward((w * own).sum(), false);
      EXPECT_TRUE(w.grad().equal(torch::full({3}, own)));
      reducer.backward((w * own).sum(), true);
      EXPECT_TRUE(w.grad().equal(torch::full({3}, 6.0F))); // 2 * 1 + 2 * 2
    }
  });
}

TEST(SumsOverRanks, SparseRowsOfAnyRankAreSummed) {
  test::run_ranks(2, [](const Group& group) {
    const std::vector<std::int64_t> own = group.rank() == 0 ? std::vector<std::int64_t>{0, 3} : std::vector<std::int64_t>{3, 5};
    const Tensor gradient = torch::sparse_coo_tensor(torch::tensor(own).unsqueeze(0), torch::ones({2, 4}), {6, 4});
    const Tensor sum = sum_sparse_rows(gradient, {0, 3, 5}, group);
    Tensor expected = torch::zeros({6, 4});
    expected[0] = 1;
    expected[3] = 2;
    expected[5] = 1;
    EXPECT_TRUE(sum.to_dense().equal(expected));
  });
}

TEST(SumsOverRanks, PlanesOfSparseRowsAreSummedAsWholeRows) {
  test::run_ranks(2, [](const Group& group) {
    const Tensor planes = torch::tensor(std::vector<std::int64_t>{group.rank() == 0 ? 1 : 4, 4, 0, 2}).view({2, 2});
    const Tensor gradient = torch::sparse_coo_tensor(planes, torch::ones({2, 5}), {6, 3, 5});
    const std::vector<std::int64_t> rows = rows_of_all(gradient, group);
    EXPECT_EQ(rows, (std::vector<std::int64_t>{1, 4}));
    Tensor expected = torch::zeros({6, 3, 5});
    expected[1][0] = 1;
    expected[4][0] = 1;
    expected[4][2] = 2;
    EXPECT_TRUE(sum_sparse_rows(gradient, rows, group).to_dense().equal(expected));
  });
}

} // namespace
} // namespace brainmvp::parallel
