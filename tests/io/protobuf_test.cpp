#include "io/protobuf.h"

#include <gtest/gtest.h>

#include <bit>

namespace brainmvp::io {
namespace {

TEST(Protobuf, FindsAnIntegerBehindOtherFieldsAndRefusesDamage) {
  const std::string message = protobuf::number(1, 1.5) + protobuf::bytes(7, "text") + protobuf::number(8, 2.5F) +
                              protobuf::integer(3, 5) + protobuf::integer(2, 1ULL << 40);
  EXPECT_EQ(protobuf::find_integer(message, 2), 1ULL << 40);
  EXPECT_EQ(protobuf::find_integer(message, 3), 5U);
  EXPECT_FALSE(protobuf::find_integer(message, 4));
  EXPECT_FALSE(protobuf::find_integer(std::string("\x3a\x7f", 2), 2));
}

TEST(Protobuf, TakesFieldsInOrderWithTheirValues) {
  const std::string whole = protobuf::bytes(1, "text") + protobuf::integer(300, 7) + protobuf::number(2, 2.5F);
  std::string_view rest = whole;
  EXPECT_EQ(protobuf::take_field(rest).value().bytes, "text");
  const auto integer = protobuf::take_field(rest).value();
  EXPECT_EQ(integer.number, 300U);
  EXPECT_EQ(integer.integer, 7U);
  EXPECT_EQ(std::bit_cast<float>(static_cast<std::uint32_t>(protobuf::take_field(rest).value().integer)), 2.5F);
  EXPECT_FALSE(protobuf::take_field(rest));
}

TEST(Protobuf, NeverReadsPastACutMessage) {
  const std::string whole = protobuf::bytes(1, "text") + protobuf::number(2, 1.5) + protobuf::integer(3, 1ULL << 60);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    std::string_view rest = std::string_view(whole).substr(0, length);
    int fields = 0;
    while (protobuf::take_field(rest)) {
      ++fields;
    }
    EXPECT_LT(fields, 3) << length;
    EXPECT_TRUE(rest.empty());
  }
}

} // namespace
} // namespace brainmvp::io
