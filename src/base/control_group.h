// What the control groups of Linux (versions 1 and 2) leave to this process: containers, SLURM and systemd set such limits.
// A group's limits hold for all groups inside it, so that the tightest from this process's own group up to the root counts.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace brainmvp {

// Processors' worth of time; nothing without a quota. `root` holds proc/ and sys/.
std::optional<double> processor_quota(const std::filesystem::path& root = "/");

// Bytes that may still be taken, caches that the system can drop counted as free; nothing without a limit.
std::optional<std::uint64_t> memory_left_in_group(const std::filesystem::path& root = "/");

} // namespace brainmvp
