// The extremes of a template, and the gradient that flows through them, without passing over all of it.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

namespace brainmvp::objectives {

// volume: [H, W, D] on the CPU -> [2, H], the least and the greatest value of each plane; NaN where a plane has one.
torch::Tensor plane_extremes(const torch::Tensor& volume);

// Planes whose extreme, in `extremes`: [H], is that of the volume, ascending.
std::vector<std::int64_t> planes_with(const torch::Tensor& extremes, const torch::Tensor& extreme);

// Where volume equals `extreme`, which it does in `planes` only, adds `value` to the gradient, shared equally among these places.
// gradient: [n, W, D], whose plane place[i] belongs to plane i of the volume.
void add_to_ties(torch::Tensor& gradient, const std::vector<std::int64_t>& place, const torch::Tensor& volume,
                 const std::vector<std::int64_t>& planes, const torch::Tensor& extreme, const torch::Tensor& value);

} // namespace brainmvp::objectives
