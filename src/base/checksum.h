// Checksums that file formats ask for.
#pragma once

#include <cstdint>
#include <string_view>

namespace brainmvp {

// CRC-32C (Castagnoli) of `bytes`. Check: "123456789" gives 0xE3069283.
std::uint32_t crc32c(std::string_view bytes);

// The same as TFRecord files store it: rotated and shifted, since data may hold checksums itself.
std::uint32_t masked_crc32c(std::string_view bytes);

} // namespace brainmvp
