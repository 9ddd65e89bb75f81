// Comparison of a segmentation network with its public implementation in Python, on equal weights.
#pragma once

#include <torch/types.h>

#include <array>
#include <cstdint>
#include <string>

namespace brainmvp::test {

// The network of that name with 2 channels and 3 outputs is given `blocks` (batch, and sides in size multiples) of noise.
// `python` makes the public one from `saved` ("network", "state_dict", "input", "logits", ...) and ends with a call of
// compare(its features, its outputs in training at 1, 1/2 and 1/4, {our name: its parameter}), which holds features and logits to
// 1e-4 of their largest value and norms of gradients to 1e-3.
void expect_equal_networks(const std::string& network, const std::array<std::int64_t, 4>& blocks, const std::string& python);

} // namespace brainmvp::test
