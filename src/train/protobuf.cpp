#include "train/protobuf.h"

#include <bit>

namespace brainmvp::train::protobuf {
namespace {

enum WireType : std::uint32_t { kVarint = 0, kFixed64 = 1, kLengthDelimited = 2, kFixed32 = 5 };

std::string little_endian(std::uint64_t value, std::size_t count) {
  std::string text(count, '\0');
  for (char& byte : text) {
    byte = static_cast<char>(value & 0xFFU);
    value >>= 8;
  }
  return text;
}

std::string varint(std::uint64_t value) {
  std::string text;
  for (; value >= 0x80; value >>= 7) {
    text += static_cast<char>((value & 0x7FU) | 0x80U);
  }
  return text + static_cast<char>(value);
}

std::string tag(std::uint32_t field, WireType type) { return varint((std::uint64_t{field} << 3) | type); }

std::optional<std::uint64_t> take_varint(std::string_view& rest) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && !rest.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(rest.front());
    rest.remove_prefix(1);
    value |= std::uint64_t{byte & 0x7FU} << shift;
    if ((byte & 0x80U) == 0) {
      return value;
    }
  }
  return std::nullopt;
}

bool skip(std::string_view& rest, std::uint64_t count) {
  if (count > rest.size()) {
    return false;
  }
  rest.remove_prefix(count);
  return true;
}

bool skip_value(std::string_view& rest, std::uint64_t type) {
  switch (type) {
  case kFixed64:
    return skip(rest, 8);
  case kFixed32:
    return skip(rest, 4);
  case kLengthDelimited: {
    const auto length = take_varint(rest);
    return length && skip(rest, *length);
  }
  default:
    return false;
  }
}

} // namespace

std::string fixed32(std::uint32_t value) { return little_endian(value, 4); }
std::string fixed64(std::uint64_t value) { return little_endian(value, 8); }
std::string integer(std::uint32_t field, std::uint64_t value) { return tag(field, kVarint) + varint(value); }
std::string number(std::uint32_t field, double value) {
  return tag(field, kFixed64) + fixed64(std::bit_cast<std::uint64_t>(value));
}
std::string number(std::uint32_t field, float value) {
  return tag(field, kFixed32) + fixed32(std::bit_cast<std::uint32_t>(value));
}
std::string bytes(std::uint32_t field, std::string_view value) {
  return tag(field, kLengthDelimited) + varint(value.size()) + std::string(value);
}

std::optional<std::uint64_t> find_integer(std::string_view message, std::uint32_t field) {
  while (!message.empty()) {
    const auto key = take_varint(message);
    if (!key) {
      return std::nullopt;
    }
    if ((*key & 7U) != kVarint) {
      if (!skip_value(message, *key & 7U)) {
        return std::nullopt;
      }
      continue;
    }
    const auto value = take_varint(message);
    if (!value || *key >> 3 == field) {
      return value;
    }
  }
  return std::nullopt;
}

} // namespace brainmvp::train::protobuf
