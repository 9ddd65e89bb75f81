#include "nn/kernels/execution.h"

#include "base/error.h"

namespace brainmvp::nn {
namespace {

thread_local Execution this_threads_execution;

} // namespace

Kernels kernels_named(const std::string& name) {
  if (name == "fused") {
    return Kernels::kFused;
  }
  if (name == "aten") {
    return Kernels::kAten;
  }
  throw Error(ExitCode::kUsage, "kernels " + name + ": expected fused or aten");
}

const Execution& current_execution() { return this_threads_execution; }

bool uses_plain_kernels() { return this_threads_execution.kernels == Kernels::kAten; }

ExecutionScope::ExecutionScope(const Execution& execution) : before_(this_threads_execution) {
  this_threads_execution = execution;
}

ExecutionScope::~ExecutionScope() { this_threads_execution = before_; }

} // namespace brainmvp::nn
