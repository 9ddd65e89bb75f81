#include "base/counted.h"

namespace brainmvp {
namespace {

std::string plural(const std::string& noun) {
  const auto ends = [&](const char* end) { return noun.ends_with(end); };
  if (ends("y") && !ends("ay") && !ends("ey") && !ends("oy")) {
    return noun.substr(0, noun.size() - 1) + "ies";
  }
  return noun + (ends("s") || ends("x") || ends("ch") || ends("sh") ? "es" : "s");
}

} // namespace

std::string counted(std::size_t number, const std::string& noun) { return counted(number, noun, plural(noun)); }

std::string counted(std::size_t number, const std::string& one, const std::string& several) {
  return std::to_string(number) + " " + (number == 1 ? one : several);
}

} // namespace brainmvp
