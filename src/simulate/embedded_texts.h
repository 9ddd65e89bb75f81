// Data files that are compiled in: the table of tissues, and the heads of data/anatomy.
#pragma once

#include <span>

#include "base/embedded_text.h"

namespace brainmvp::simulate {

// In the order of CMakeLists.txt; written by cmake (brainmvp_embed).
std::span<const EmbeddedText> embedded_texts();

// Label maps (.nii.gz), in the order of their names (brainmvp_embed_heads).
std::span<const EmbeddedText> embedded_heads();

} // namespace brainmvp::simulate
