// Data files that are compiled in: the table of modalities and the tasks.
#pragma once

#include <span>
#include <string_view>

namespace brainmvp::study {

struct EmbeddedText {
  std::string_view name; // of the file: "adni.toml"
  std::string_view text;
};

// In the order of CMakeLists.txt; written by cmake (brainmvp_embed).
std::span<const EmbeddedText> embedded_texts();

} // namespace brainmvp::study
