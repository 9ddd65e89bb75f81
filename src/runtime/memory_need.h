// How much memory a network's work takes, told before it starts.
#pragma once

#include <cstdint>
#include <string>

#include "image/affine.h"

namespace brainmvp::runtime {

inline constexpr double kProgramBytes = 350e6; // libtorch, code and buffers

// Weights, gradients and two moments, and what a checkpoint copies meanwhile.
inline double training_bytes(double weights) { return (4 + 3) * weights; }

// As a number that does not overflow for absurd sizes.
double voxels_of(const image::Size& size);

// "1.5 GB"; of absurd amounts too.
std::string memory_text(double bytes);

// Logs the need. On the CPU throws Error(kOutOfResources) when it is more than what is free, within the control groups' limits.
// `what`: "a step"; `relief`: what to do.
void check_memory(const std::string& what, double bytes, bool on_cpu, const std::string& relief);

} // namespace brainmvp::runtime
