// SHA-256 (FIPS 180-4), for names that must not be found again by trying.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace brainmvp {

std::array<std::uint8_t, 32> sha256(std::string_view bytes);

} // namespace brainmvp
