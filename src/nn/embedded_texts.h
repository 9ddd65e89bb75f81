// Source that is compiled in: kernels that NVRTC compiles at run time.
#pragma once

#include <span>
#include <string_view>

namespace brainmvp::nn {

struct EmbeddedText {
  std::string_view name; // of the file: "cuda_depthwise.cu"
  std::string_view text;
};

// In the order of CMakeLists.txt; written by cmake (brainmvp_embed).
std::span<const EmbeddedText> embedded_texts();

} // namespace brainmvp::nn
