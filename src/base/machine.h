// What this machine has: memory, disk, processor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

namespace brainmvp {

// Memory that can be taken without swapping, within the limit of the control group, in bytes.
std::uint64_t available_memory();

// Largest resident set of this process so far, in bytes, or since it was last reset, which Linux allows.
std::uint64_t peak_resident_memory();
void reset_peak_resident_memory();

// Free bytes for this user on the file system of `path` or of its nearest existing parent.
std::uint64_t free_disk(const std::filesystem::path& path);

// Processors this process may run on.
std::size_t processor_count();

std::string processor_name();

// Whether the processor multiplies bfloat16 in hardware (AMX or AVX512-BF16).
bool processor_multiplies_bfloat16();

} // namespace brainmvp
