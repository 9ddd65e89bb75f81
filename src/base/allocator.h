// How the C library gives memory back to the system.
#pragma once

namespace brainmvp {

// Keeps freed blocks for the next step. A training step, or a simulated image, frees and takes the same large tensors again; by
// default each of them goes back to the system, and the next one costs a page fault per 4 kB. No effect where the C library is
// not glibc.
void keep_freed_memory();

// Gives memory back as glibc does by default, once it has seen large blocks; for measurements.
void return_freed_memory();

} // namespace brainmvp
