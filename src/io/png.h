// 8-bit PNG pictures.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace brainmvp::io {

// Rows from the top; 1 (grey) or 3 (RGB) bytes a pixel.
struct Picture {
  std::size_t width = 0;
  std::size_t height = 0;
  std::size_t channels = 1;
  std::vector<std::uint8_t> pixels;
};

// The bytes of a PNG file.
std::string encode_png(const Picture& picture);

// Writes in one step. Throws Error(kOutput or kOutOfResources).
void write_png(const std::filesystem::path& path, const Picture& picture);

} // namespace brainmvp::io
