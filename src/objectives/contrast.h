// Contrast between two views of each study.
#pragma once

#include <torch/types.h>

namespace brainmvp::objectives {

// Rows [N, ...] flattened and scaled to length 1.
torch::Tensor unit_rows(const torch::Tensor& rows);

// NT-Xent (Chen et al. 2020, arXiv 2002.05709, equation 1), the mean over the 2 N rows: each row's other view against all rows
// but itself, by cosines over the temperature. view1, view2: [N, ...]; studies: [N], rows of one study are not told apart.
torch::Tensor nt_xent(const torch::Tensor& view1, const torch::Tensor& view2, const torch::Tensor& studies, double temperature);

} // namespace brainmvp::objectives
