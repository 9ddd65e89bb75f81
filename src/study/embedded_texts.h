// Data files that are compiled in: the table of modalities and the tasks.
#pragma once

#include <span>

#include "base/embedded_text.h"

namespace brainmvp::study {

// In the order of CMakeLists.txt; written by cmake (brainmvp_embed).
std::span<const EmbeddedText> embedded_texts();

} // namespace brainmvp::study
