// What this machine has: memory, disk, processor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

namespace brainmvp {

// Memory that can be taken without swapping, within the limits of the control groups, in bytes.
std::uint64_t available_memory();

// Largest resident set of this process so far, in bytes, or since it was last reset, which Linux allows.
std::uint64_t peak_resident_memory();
void reset_peak_resident_memory();

// Free bytes for this user on the file system of `path` or of its nearest existing parent.
std::uint64_t free_disk(const std::filesystem::path& path);

// Processors for each of so many processes that share this machine: those that it may run on (ranks share them, unless what
// started them has shared them out), within the quotas of the control groups. `root` holds proc/ and sys/ of the groups.
std::size_t processor_count(std::size_t processes = 1, const std::filesystem::path& root = "/");

std::string processor_name();

// Whether the processor multiplies bfloat16 in hardware (AMX or AVX512-BF16).
bool processor_multiplies_bfloat16();

// Whether it also rounds to bfloat16, in vectors of 512 bits.
bool processor_rounds_to_bfloat16();

} // namespace brainmvp
