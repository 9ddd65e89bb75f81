// Pictures of volumes for TensorBoard.
#pragma once

#include <torch/types.h>

#include "io/png.h"
#include "objectives/brainmvp/proxy_tasks.h"

namespace brainmvp::objectives {

// First sample of a batch, one volume a column: target, view 1, view 2 and the two reconstructions, each as its middle axial,
// coronal and sagittal slice (image/slice.h).
io::Picture views_sheet(const ProxyLosses& losses);

// Rows of the bank [8, Ht, Wt, Dt], each min-max normalised (objectives/brainmvp/template_export.h).
io::Picture templates_sheet(const torch::Tensor& templates);

} // namespace brainmvp::objectives
