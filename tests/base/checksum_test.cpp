#include "base/checksum.h"

#include <gtest/gtest.h>

namespace brainmvp {
namespace {

TEST(Checksum, Crc32cHasItsCheckValues) {
  EXPECT_EQ(crc32c("123456789"), 0xE3069283U);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAU); // RFC 3720, B.4
}

} // namespace
} // namespace brainmvp
