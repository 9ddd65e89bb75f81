// Source that is compiled in: kernels that NVRTC compiles at run time.
#pragma once

#include <span>

#include "base/embedded_text.h"

namespace brainmvp::nn {

// In the order of CMakeLists.txt; written by cmake (brainmvp_embed).
std::span<const EmbeddedText> embedded_texts();

} // namespace brainmvp::nn
