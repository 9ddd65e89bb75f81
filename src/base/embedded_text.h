// Text files that are compiled in. `brainmvp_embed(<module> <files>)` in cmake defines the module's embedded_texts(), which its
// header embedded_texts.h declares.
#pragma once

#include <string_view>

namespace brainmvp {

struct EmbeddedText {
  std::string_view name; // of the file, without folders
  std::string_view text;
};

} // namespace brainmvp
