// What single elements of a DICOM header say.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "io/dicom.h"

namespace brainmvp::io {

// Without the spaces and zeros that values are padded with.
std::string_view without_padding(std::string_view text);

inline constexpr std::uint32_t kDiffusionBValue = 0x00189087;

// Keeps what is wanted of the element `tag`, 0xGGGGEEEE. Values are little endian.
void take_dicom_field(DicomHeader& out, std::uint32_t tag, std::span<const std::byte> value);

} // namespace brainmvp::io
