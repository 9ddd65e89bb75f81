#include "base/shell_word.h"

namespace brainmvp {

std::string shell_word(const std::string& text) {
  std::string quoted;
  for (const char c : text) {
    quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return text.find_first_of(" \t\n'\"\\$&|;<>()*?[]#~`!") == std::string::npos ? quoted : "'" + quoted + "'";
}

} // namespace brainmvp
