// Text in pictures, in a font of 5 by 7 pixels.
#pragma once

#include <string_view>

#include "image/slice.h"

namespace brainmvp::image {

inline constexpr std::size_t kLetterWidth = 6; // pixels from one letter to the next
inline constexpr std::size_t kLineHeight = 9;  // pixels from one line to the next

// White text on black, `scale` pixels a dot. Letters are capitals; what the font lacks is left blank.
GreyImage lettering(std::string_view text, std::size_t scale = 1);

} // namespace brainmvp::image
