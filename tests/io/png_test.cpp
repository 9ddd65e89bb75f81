#include "io/png.h"

#include <gtest/gtest.h>
#include <png.h>

#include "base/error.h"
#include "support/support.h"

namespace brainmvp::io {
namespace {

std::vector<std::uint8_t> decoded(const std::string& bytes, png_uint_32 format) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  EXPECT_NE(png_image_begin_read_from_memory(&image, bytes.data(), bytes.size()), 0);
  image.format = format;
  std::vector<std::uint8_t> pixels(PNG_IMAGE_SIZE(image));
  EXPECT_NE(png_image_finish_read(&image, nullptr, pixels.data(), 0, nullptr), 0);
  return pixels;
}

TEST(Png, GreyAndColourComeBack) {
  const Picture grey{.width = 3, .height = 2, .channels = 1, .pixels = {0, 50, 100, 150, 200, 255}};
  EXPECT_EQ(decoded(encode_png(grey), PNG_FORMAT_GRAY), grey.pixels);
  const Picture colour{.width = 1, .height = 2, .channels = 3, .pixels = {255, 0, 10, 20, 30, 40}};
  EXPECT_EQ(decoded(encode_png(colour), PNG_FORMAT_RGB), colour.pixels);
}

TEST(Png, WritesWhatItEncodes) {
  const test::TemporaryFolder folder;
  const Picture grey{.width = 2, .height = 1, .channels = 1, .pixels = {1, 2}};
  write_png(folder / "a.png", grey);
  EXPECT_EQ(test::read_text(folder / "a.png"), encode_png(grey));
}

TEST(Png, RefusesPixelsThatDoNotFit) {
  EXPECT_THROW(encode_png({.width = 2, .height = 2, .channels = 1, .pixels = {1, 2, 3}}), Error);
  EXPECT_THROW(encode_png({.width = 1, .height = 1, .channels = 2, .pixels = {1, 2}}), Error);
  EXPECT_THROW(encode_png({}), Error);
}

} // namespace
} // namespace brainmvp::io
