// Windows that slide over a volume. Source: MONAI's sliding_window_inference.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace brainmvp::image {

// Starts of the windows along an axis: steps of int(window * (1 - overlap)), the last window flush with the end. A shorter axis
// has one window, with the smaller half of the padding in front: its start is negative. Throws Error(kUsage) for an overlap
// outside [0, 1).
std::vector<std::int64_t> window_starts(std::size_t length, std::size_t window, double overlap);

} // namespace brainmvp::image
