// The learnable volumes, one a modality, on a common grid.
#pragma once

#include <torch/types.h>

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "nn/networks/network.h"
#include "runtime/named_tensors.h"

namespace brainmvp::objectives {

inline constexpr const char* kBankTensor = "rep_template"; // its name in checkpoints, the public code's

// Crops of min-max normalised templates, [B, 1, size]: row rows[b] of the bank at starts[b]. Equal to a crop of
// min_max_normalised, but the bank's gradient is a sparse, coalesced tensor: on a CPU of the planes that a crop or an extreme
// lies in (indices [2, n], values [n, Wt, Dt]), elsewhere of the rows used (indices [1, n], values [n, Ht, Wt, Dt]). Throws
// Error(kInternal) for a row or a crop outside the bank.
torch::Tensor normalised_crops(const torch::Tensor& templates, const std::vector<std::int64_t>& rows,
                               const std::vector<std::array<std::int64_t, 3>>& starts, const std::array<std::int64_t, 3>& size);

} // namespace brainmvp::objectives
