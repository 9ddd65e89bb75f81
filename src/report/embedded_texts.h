// The page's template, style and scripts, bundled from web/.
#pragma once

#include <span>

#include "base/embedded_text.h"

namespace brainmvp::report {

// Written by cmake (brainmvp_embed_web).
std::span<const EmbeddedText> embedded_texts();

} // namespace brainmvp::report
