// Content hashes of files, to notice that an input has changed. Not for security.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

namespace brainmvp {

// XXH3-128 as 32 hexadecimal digits.
std::string content_hash(std::span<const std::byte> bytes);

// The same of a whole file. Throws Error(kBadInput) when it cannot be read.
std::string file_hash(const std::filesystem::path& path);

} // namespace brainmvp
