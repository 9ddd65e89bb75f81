#include "io/gzip.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <cstring>

#include "base/error.h"

namespace brainmvp::io {
namespace {

std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

std::string text_of(const Buffer& buffer) { return {reinterpret_cast<const char*>(buffer.data.get()), buffer.size}; }

std::string message_of(const std::string& packed, std::size_t limit = 1000) {
  try {
    (void)gunzip(bytes_of(packed), limit, "file");
    return "";
  } catch (const Error& error) {
    return error.message();
  }
}

const std::string kText = "two heads are better than one, one head is better than none";

TEST(Gzip, RoundTripOfSeveralMembersAndZeroPadding) {
  const std::string packed = gzip(bytes_of(kText)) + gzip(bytes_of(kText)) + std::string(512, '\0');
  const Unzipped out = gunzip(bytes_of(packed), 1000, "file");
  EXPECT_EQ(text_of(out.buffer), kText + kText);
  EXPECT_TRUE(out.warnings.empty());
}

TEST(Gzip, OtherBytesAfterTheStreamAreWarnedOf) {
  const Unzipped out = gunzip(bytes_of(gzip(bytes_of(kText)) + "garbage"), 1000, "file");
  EXPECT_EQ(text_of(out.buffer), kText);
  ASSERT_EQ(out.warnings.size(), 1U);
  EXPECT_NE(out.warnings.front().find("7 bytes"), std::string::npos);
}

TEST(Gzip, FrontNeedsOnlyTheFront) {
  const std::string packed = gzip(bytes_of(std::string(100000, 'x') + kText));
  const std::vector<std::byte> front = gunzip_front(bytes_of(packed.substr(0, packed.size() / 2)), 10, "file");
  EXPECT_EQ(front, std::vector<std::byte>(10, std::byte{'x'}));
}

TEST(Gzip, FaultsAreNamed) {
  const std::string packed = gzip(bytes_of(kText));
  EXPECT_NE(message_of(packed.substr(0, packed.size() - 12)).find("ends early"), std::string::npos);
  std::string crc = packed;
  crc[crc.size() - 8] = static_cast<char>(crc[crc.size() - 8] ^ 1);
  EXPECT_NE(message_of(crc).find("CRC does not match"), std::string::npos) << message_of(crc);
  std::string length = packed;
  length[length.size() - 1] = 1;
  EXPECT_NE(message_of(length), "");
}

TEST(Gzip, AFlippedBitNeverGivesOtherData) {
  const std::string packed = gzip(bytes_of(kText));
  std::size_t harmless = 0;                                        // the padding between the last block and the CRC
  for (std::size_t bit = 8 * 10; bit < 8 * packed.size(); ++bit) { // after the member's header
    std::string flipped = packed;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    if (message_of(flipped).empty()) {
      ++harmless;
      EXPECT_EQ(text_of(gunzip(bytes_of(flipped), 1000, "file").buffer), kText) << bit;
    }
  }
  EXPECT_LT(harmless, 8U);
}

TEST(Gzip, TheHeadersOwnCrcIsChecked) {
  std::string packed = gzip(bytes_of(kText));
  packed[3] = 2; // FLG.FHCRC: two bytes of the CRC of the ten before follow
  packed.insert(10, {0, 0});
  EXPECT_NE(message_of(packed).find("CRC does not match"), std::string::npos) << message_of(packed);
  const auto crc = crc32(0, reinterpret_cast<const Bytef*>(packed.data()), 10);
  packed[10] = static_cast<char>(crc & 0xff);
  packed[11] = static_cast<char>(crc >> 8 & 0xff);
  EXPECT_EQ(text_of(gunzip(bytes_of(packed), 1000, "file").buffer), kText);
}

TEST(Gzip, MoreThanTheLimitIsRefused) {
  const std::string bomb = gzip(bytes_of(std::string(10000000, '\0')));
  EXPECT_NE(message_of(bomb, 1000).find("unpacks to more than"), std::string::npos);
  EXPECT_GE(gunzip_bound(bomb.size()), 10000000U);
}

} // namespace
} // namespace brainmvp::io
