// How the layers of a network are computed; never what they compute.
#pragma once

#include <string>

#include "parallel/group.h"

namespace brainmvp::nn {

enum class Kernels {
  kFused, // ours on a CPU; on other devices ATen's, on channels-last activations
  kAten,  // ATen's operators one by one on channels-first activations, as plain PyTorch code calls them: oracle and baseline
};

// "fused" and "aten". Throws Error(kUsage) for another name.
Kernels kernels_named(const std::string& name);

struct Execution {
  Kernels kernels = Kernels::kFused;
  bool checkpoints_activations = false; // blocks keep their input alone and are computed again in the backward pass
  parallel::BatchShare share = {};      // in training, batch norm is over the samples of all ranks
};

// What holds in this thread: the defaults, but within a scope.
const Execution& current_execution();

bool uses_plain_kernels(); // kAten holds

// As long as it lives, this thread computes as `execution` says.
class ExecutionScope {
public:
  explicit ExecutionScope(const Execution& execution);
  ~ExecutionScope();
  ExecutionScope(const ExecutionScope&) = delete;
  ExecutionScope& operator=(const ExecutionScope&) = delete;

private:
  Execution before_;
};

} // namespace brainmvp::nn
