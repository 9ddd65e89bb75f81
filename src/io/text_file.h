// Text files that people and other programs write: tables, lists, configurations.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/error.h"

namespace brainmvp::io {

inline constexpr std::uint64_t kLargestConfig = 1U << 20; // bytes of a TOML file
inline constexpr std::uint64_t kLargestTable = 64U << 20; // bytes of a TSV or CSV file
inline constexpr std::uint64_t kLargestList = 256U << 20; // bytes of a JSON file

// The whole text, without the byte order mark of UTF-8. Throws Error(kBadInput) for what is missing, and Error(code) for what is
// no regular file, larger than `limit` or not UTF-8 (UTF-16, as spreadsheets export it, by name; otherwise with the line).
std::string read_text_file(const std::filesystem::path& path, std::uint64_t limit, ExitCode code = ExitCode::kBadInput);

} // namespace brainmvp::io
