// Commands that a message names, as a user can copy them.
#pragma once

#include <string>

namespace brainmvp {

// As a POSIX shell takes it for one word: quoted where it has to be.
std::string shell_word(const std::string& text);

} // namespace brainmvp
