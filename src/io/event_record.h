// TensorBoard's event files: records in TFRecord's framing, and the field numbers of event.proto and summary.proto; for the
// writer and the reader.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace brainmvp::io::event_record {

inline constexpr std::size_t kFrameBytes = 16; // length, its checksum, and the checksum of the data

inline constexpr std::uint32_t kEventWallTime = 1;
inline constexpr std::uint32_t kEventStep = 2;
inline constexpr std::uint32_t kEventFileVersion = 3;
inline constexpr std::uint32_t kEventSummary = 5;
inline constexpr std::uint32_t kSummaryValue = 1;
inline constexpr std::uint32_t kValueTag = 1;
inline constexpr std::uint32_t kValueSimple = 2;
inline constexpr std::uint32_t kValueImage = 4;
inline constexpr std::uint32_t kImageHeight = 1;
inline constexpr std::uint32_t kImageWidth = 2;
inline constexpr std::uint32_t kImageColorspace = 3; // number of channels
inline constexpr std::uint32_t kImageBytes = 4;

std::string framed(const std::string& data);

// The data of the record at the start of `rest`; nothing when it is damaged or incomplete.
std::optional<std::string_view> first(std::string_view rest);

} // namespace brainmvp::io::event_record
