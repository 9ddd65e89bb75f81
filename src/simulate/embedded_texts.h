// Data files that are compiled in: the table of tissues.
#pragma once

#include <span>
#include <string_view>

namespace brainmvp::simulate {

struct EmbeddedText {
  std::string_view name; // of the file
  std::string_view text;
};

// In the order of CMakeLists.txt; written by cmake (brainmvp_embed).
std::span<const EmbeddedText> embedded_texts();

} // namespace brainmvp::simulate
