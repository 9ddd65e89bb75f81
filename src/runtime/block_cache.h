// Memory of large tensors on a CPU.
#pragma once

#include <cstddef>

namespace brainmvp::runtime {

// From now on this process keeps freed blocks of 1 MiB and more for tensors of nearly the same size. glibc would cut them up for
// smaller ones, until a training takes up to two fifths more than its tensors do; giving each back to the system would cost page
// faults in every step. Smaller tensors stay with libtorch's own allocator. To be called by one thread, before others make
// tensors.
void keep_large_blocks();

// Bytes of these blocks, in use or kept: at most a quarter more than were ever in use at one time.
std::size_t bytes_in_large_blocks();

} // namespace brainmvp::runtime
