// Finding the file behind a name, and saying what it is when it is no image; private to src/io.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "io/bytes.h"

namespace brainmvp::io {

struct InputFile {
  std::string name;           // as the caller gave it, for messages
  std::filesystem::path path; // after following a link that was stored as text
  std::uint64_t size = 0;
  std::vector<std::string> warnings;
};

// Throws Error(kBadInput): "name: reason".
[[noreturn]] void refuse_input(const std::string& name, const std::string& reason);

// Follows links. A small text file that names an image beside it is a link too: version control without links and some
// copies store them so. Throws Error(kBadInput) for what is missing, dangling, no file or empty.
InputFile find_input(const std::filesystem::path& path);

// The first `count` bytes, or all when there are fewer. Throws Error(kBadInput).
Buffer read_front(const InputFile& input, std::uint64_t count);

// Throws Error(kBadInput) with advice when the bytes are a known kind of file that is no image: a Git LFS pointer, a web
// page, another compression, an AppleDouble companion.
void refuse_foreign(std::span<const std::byte> front, const std::string& name);

} // namespace brainmvp::io
