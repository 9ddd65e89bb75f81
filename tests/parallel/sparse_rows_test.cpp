#include "parallel/sparse_rows.h"

#include <gtest/gtest.h>

namespace brainmvp::parallel {
namespace {

using torch::Tensor;

Tensor gradient_of(const std::vector<std::int64_t>& rows, const Tensor& values) {
  return at::_sparse_coo_tensor_unsafe(torch::tensor(rows).unsqueeze(0), values, {6, values.size(1)});
}

TEST(SparseRows, RowsInOrderAreTheGradientsOwn) {
  const Tensor values = torch::randn({2, 4});
  const SparseRows found = sparse_rows(gradient_of({1, 4}, values));
  EXPECT_EQ(found.rows, (std::vector<std::int64_t>{1, 4}));
  EXPECT_EQ(found.values.const_data_ptr(), values.const_data_ptr());
}

TEST(SparseRows, RepeatedRowsAreAddedUp) {
  const Tensor values = torch::randn({4, 3});
  const Tensor gradient = gradient_of({5, 0, 5, 2}, values);
  const SparseRows found = sparse_rows(gradient);
  EXPECT_EQ(found.rows, (std::vector<std::int64_t>{0, 2, 5}));
  EXPECT_TRUE(found.values.equal(gradient.coalesce().values()));
}

TEST(SparseRows, AreCountedThroughTwoAxes) {
  const torch::Tensor indices = torch::tensor({{2, 0, 2}, {1, 3, 0}}, torch::kLong);
  const Tensor values = torch::randn({3, 5});
  const Tensor gradient = at::_sparse_coo_tensor_unsafe(indices, values, {4, 4, 5});
  const SparseRows found = sparse_rows(gradient);
  EXPECT_EQ(found.rows, (std::vector<std::int64_t>{3, 8, 9}));
  EXPECT_TRUE(found.values.equal(values.index_select(0, torch::tensor({1, 2, 0}))));
  EXPECT_EQ(row_count(gradient), 16);
  EXPECT_EQ(rows_of_first_axis(gradient), 4);
}

TEST(SparseRows, NoneAreNone) {
  const SparseRows found = sparse_rows(gradient_of({}, torch::zeros({0, 3})));
  EXPECT_TRUE(found.rows.empty());
  EXPECT_EQ(found.values.size(0), 0);
}

} // namespace
} // namespace brainmvp::parallel
