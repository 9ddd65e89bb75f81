// Whether bytes are text that Python and JSON accept.
#pragma once

#include <string_view>

namespace brainmvp::checkpoint {

// Well-formed UTF-8: shortest forms only, no surrogates, up to U+10FFFF.
bool is_utf8(std::string_view bytes);

} // namespace brainmvp::checkpoint
