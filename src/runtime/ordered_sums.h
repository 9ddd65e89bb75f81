// Sums whose order depends on the shapes alone. ATen's depends on the number of threads where more than 32,768 values become one
// (libtorch 2.13).
#pragma once

#include <ATen/core/Tensor.h>

namespace brainmvp {

at::Tensor ordered_row_sums(const at::Tensor& x);  // [..., N] -> [...]
at::Tensor ordered_row_means(const at::Tensor& x); // [..., N] -> [...]
at::Tensor ordered_sum(const at::Tensor& x);       // of all values -> []
at::Tensor ordered_mean(const at::Tensor& x);      // of all values -> []
// value: [1], in every place of a tensor of `sizes`; its gradient is an ordered sum.
at::Tensor filled_with(const at::Tensor& value, at::IntArrayRef sizes);

at::Tensor mean_square_error(const at::Tensor& a, const at::Tensor& b);

} // namespace brainmvp
