// The threads that libtorch computes with on a CPU.
#pragma once

#include <cstddef>

namespace brainmvp::runtime {

// Before the first tensor is computed. MKL 2024.2 (in libtorch 2.13) finds out about the processor in the first call of its
// vector functions (exp, log, sin): where several threads make that call at once, about one process in a thousand gets a whole
// thread's part of exp with errors of 1.5e-4. So the first call is made here, by one thread.
void use_threads(std::size_t count);

} // namespace brainmvp::runtime
