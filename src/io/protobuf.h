// The part of the protocol buffers wire format (protobuf.dev/programming-guides/encoding) that event files need.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace brainmvp::io::protobuf {

// Little-endian values without a tag.
std::string fixed32(std::uint32_t value);
std::string fixed64(std::uint64_t value);

// Fields: tag and value.
std::string integer(std::uint32_t field, std::uint64_t value); // varint
std::string number(std::uint32_t field, double value);
std::string number(std::uint32_t field, float value);
std::string bytes(std::uint32_t field, std::string_view value); // also texts and messages

struct Field {
  std::uint32_t number = 0;
  std::uint64_t integer = 0; // of a varint, and the bits of a fixed value
  std::string_view bytes;    // of a length-delimited field, inside the message
};

// Takes the first field off `message`. Nothing at its end, and for damage: then `message` is empty too.
std::optional<Field> take_field(std::string_view& message);

// The varint of `field` at the top level of a message; nothing when it has none or is damaged.
std::optional<std::uint64_t> find_integer(std::string_view message, std::uint32_t field);

} // namespace brainmvp::io::protobuf
