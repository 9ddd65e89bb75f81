// Gradients of which a batch touches few rows.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

namespace brainmvp::parallel {

struct SparseRows {
  std::vector<std::int64_t> rows; // each once, ascending
  torch::Tensor values;           // [rows, ...], on the gradient's device
};

// Of a gradient that is sparse along its first axis, or along its first two, whose rows are counted through both; what it has
// several times of a row is added up in its order. In place of
// Tensor::coalesce(), which copies what is in order already, and fails on a GPU for rows of millions of values (PyTorch 2.11).
SparseRows sparse_rows(const torch::Tensor& gradient);

// How many rows, in this sense, a gradient has, and how many an index of its first axis.
std::int64_t row_count(const torch::Tensor& gradient);
std::int64_t rows_of_first_axis(const torch::Tensor& gradient);

} // namespace brainmvp::parallel
