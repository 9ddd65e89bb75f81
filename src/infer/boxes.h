// Boxes that may stick out of what they are cut from.
#pragma once

#include <torch/types.h>

#include <array>
#include <cstdint>

#include "store/store.h"

namespace brainmvp::infer {

// Copies the part of `from` [H, W, D] that lies in the box at `start` onto `to` [h, w, d], whose size is the box's; what is
// outside of `from` stays as it is in `to`.
void copy_box(const torch::Tensor& from, const store::Start& start, torch::Tensor to);

} // namespace brainmvp::infer
