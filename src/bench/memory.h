// Memory of this process.
#pragma once

#include <cstdint>

namespace brainmvp::bench {

// Starts the measurement of the peak anew, where the system allows it (Linux).
void reset_peak_memory();

// Largest resident set since then, bytes; 0 where the system does not tell.
std::uint64_t peak_memory();

} // namespace brainmvp::bench
