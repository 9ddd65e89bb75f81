// Where an output goes in the end: links are followed, and devices, pipes and open descriptors are written into.
#pragma once

#include <filesystem>
#include <string_view>

namespace brainmvp {

struct OutputTarget {
  std::filesystem::path path; // that the last link leads to, also where it is not there yet
  bool stream = false;        // a device, a pipe or a descriptor: written into, never replaced
  int descriptor = -1;        // of this process, which /dev/stdout and /dev/fd/N name
};

// Throws Error(kOutput) for links that go round in circles and for block devices, which hold file systems.
OutputTarget output_target(const std::filesystem::path& path);

// Writes all of the bytes. Closes the descriptor before it throws Error as throw_write_error() about `path`.
void write_all(int descriptor, std::string_view bytes, const std::filesystem::path& path);

// Writes what `file` holds into a stream. Throws Error as throw_write_error().
void write_into(const OutputTarget& target, const std::filesystem::path& file);

} // namespace brainmvp
