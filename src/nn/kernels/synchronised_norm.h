// Batch norm over the tokens of all ranks, through ATen.
#pragma once

#include <torch/types.h>

#include "nn/kernels/norm.h"

namespace brainmvp::nn {

// x: [..., C], on any device; norm.share.group is set.
torch::Tensor synchronised_norm(const torch::Tensor& x, const Norm& norm);

} // namespace brainmvp::nn
