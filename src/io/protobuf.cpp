#include "io/protobuf.h"

#include <bit>

namespace brainmvp::io::protobuf {
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

std::optional<std::string_view> take_bytes(std::string_view& rest, std::uint64_t count) {
  if (count > rest.size()) {
    return std::nullopt;
  }
  const std::string_view taken = rest.substr(0, count);
  rest.remove_prefix(count);
  return taken;
}

std::optional<std::uint64_t> take_fixed(std::string_view& rest, std::size_t count) {
  const auto bytes = take_bytes(rest, count);
  if (!bytes) {
    return std::nullopt;
  }
  std::uint64_t value = 0;
  for (std::size_t i = count; i-- > 0;) {
    value = value << 8 | static_cast<unsigned char>((*bytes)[i]);
  }
  return value;
}

// The value behind a tag: false for one that is cut or of another type.
bool take_value(std::string_view& rest, std::uint64_t type, Field& field) {
  if (type == kLengthDelimited) {
    const auto length = take_varint(rest);
    const auto bytes = length ? take_bytes(rest, *length) : std::nullopt;
    field.bytes = bytes.value_or(std::string_view{});
    return bytes.has_value();
  }
  const auto integer = type == kVarint    ? take_varint(rest)
                       : type == kFixed64 ? take_fixed(rest, 8)
                       : type == kFixed32 ? take_fixed(rest, 4)
                                          : std::nullopt;
  field.integer = integer.value_or(0);
  return integer.has_value();
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

std::optional<Field> take_field(std::string_view& message) {
  const auto key = take_varint(message);
  Field field;
  if (!key || *key >> 3 > UINT32_MAX || !take_value(message, *key & 7U, field)) {
    message = {};
    return std::nullopt;
  }
  field.number = static_cast<std::uint32_t>(*key >> 3);
  return field;
}

std::optional<std::uint64_t> find_integer(std::string_view message, std::uint32_t field) {
  while (const auto found = take_field(message)) {
    if (found->number == field) {
      return found->integer;
    }
  }
  return std::nullopt;
}

} // namespace brainmvp::io::protobuf
