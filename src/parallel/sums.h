// Sums and rows over all ranks that gradients flow through. The loss that follows is that of the whole batch, the same in every
// rank, and gradients of parameters are added up over ranks (GradientReducer): so the gradient of a sum is that of its terms, and
// a rank's rows take their own part of the gradient, without another exchange.
#pragma once

#include <torch/types.h>

#include "parallel/group.h"

namespace brainmvp::parallel {

// Sums that the samples of a batch contribute to.
torch::Tensor sum_over_ranks(const torch::Tensor& values, const BatchShare& share);

// The mean over all samples of a batch, from the mean over those of this rank.
torch::Tensor mean_over_ranks(const torch::Tensor& mean, const BatchShare& share);

// rows: [share.here or more, ...] -> [share.all, ...], in the order of ranks.
torch::Tensor rows_of_ranks(const torch::Tensor& rows, const BatchShare& share);

// The indices of the first axis, ascending, at which some rank has a part of a sparse gradient [N, ...].
std::vector<std::int64_t> rows_of_all(const torch::Tensor& gradient, const Group& group);

// The sum over ranks of sparse gradients [N, ...], sparse along the first axis. `rows`: rows_of_all().
torch::Tensor sum_sparse_rows(const torch::Tensor& gradient, const std::vector<std::int64_t>& rows, const Group& group);

} // namespace brainmvp::parallel
