#include "io/event_record.h"

#include <cstring>

#include "base/checksum.h"
#include "io/protobuf.h"

namespace brainmvp::io::event_record {
namespace {

constexpr std::size_t kHeaderBytes = 12; // length and its checksum

std::string checksum(std::string_view bytes) { return protobuf::fixed32(masked_crc32c(bytes)); }

} // namespace

std::string framed(const std::string& data) {
  const std::string length = protobuf::fixed64(data.size());
  return length + checksum(length) + data + checksum(data);
}

std::optional<std::string_view> first(std::string_view rest) {
  if (rest.size() < kFrameBytes) {
    return std::nullopt;
  }
  std::uint64_t length = 0;
  std::memcpy(&length, rest.data(), sizeof(length));
  if (length > rest.size() - kFrameBytes || rest.substr(8, 4) != checksum(rest.substr(0, 8))) {
    return std::nullopt;
  }
  const std::string_view data = rest.substr(kHeaderBytes, length);
  return rest.substr(kHeaderBytes + length, 4) == checksum(data) ? std::optional(data) : std::nullopt;
}

} // namespace brainmvp::io::event_record
