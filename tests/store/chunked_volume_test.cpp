#include "store/chunked_volume.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "support/support.h"

namespace brainmvp::store {
namespace {
namespace fs = std::filesystem;
using test::expect_part;
using test::TemporaryFolder;

template <class Stored>
std::vector<Stored> varied(const image::Size& size) {
  std::vector<Stored> values(image::voxel_count(size));
  for (std::size_t at = 0; at < values.size(); ++at) {
    values[at] = static_cast<Stored>(at * 7919 % 65536 - 32768);
  }
  return values;
}

template <class Stored>
std::string file_of(const TemporaryFolder& folder, const std::vector<Stored>& values, const image::Size& size) {
  const io::Bytes bytes = encode_chunked(std::span<const Stored>(values), size);
  const std::string file = folder / (sizeof(Stored) == 2 ? "t1.chunks" : "label.chunks");
  test::write_text(file, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  return file;
}

constexpr std::array<Start, 5> kStarts{{{0, 0, 0}, {5, -3, 2}, {-9, 20, -17}, {40, 31, 60}, {100, 0, 0}}};

TEST(ChunkedVolume, CropsAreThoseOfTheWholeVolume) {
  const TemporaryFolder folder;
  const Reading reading{.scale = 0.25F, .low = -20000, .high = 15000};
  for (const image::Size& size : {image::Size{75, 70, 101}, {64, 32, 96}, {5, 1, 33}}) {
    const auto images = varied<std::int16_t>(size);
    const ChunkedVolume image(file_of(folder, images, size), size, 2);
    const auto labels = varied<std::uint8_t>(size);
    const ChunkedVolume label(file_of(folder, labels, size), size, 1);
    for (const image::Size& crop : {image::Size{64, 70, 96}, {33, 7, 40}, {1, 1, 1}}) {
      for (const Start& start : kStarts) {
        std::vector<float> expected(image::voxel_count(crop), -77);
        std::vector<float> found(expected.size(), -7);
        copy_box(images, size, start, crop, reading, expected);
        image.copy_box(start, crop, reading, found);
        ASSERT_EQ(found, expected) << start[0] << " of " << size[0];
        std::vector<std::uint8_t> expected_label(expected.size(), 7);
        std::vector<std::uint8_t> found_label(expected.size(), 9);
        copy_box(labels, size, start, crop, expected_label);
        label.copy_box(start, crop, found_label);
        ASSERT_EQ(found_label, expected_label) << start[0] << " of " << size[0];
      }
    }
  }
}

TEST(ChunkedVolume, BackgroundTakesNoSpaceAndIsReadAsAnyValue) {
  const TemporaryFolder folder;
  const image::Size size{64, 64, 64};
  std::vector<std::int16_t> values(image::voxel_count(size));
  values.back() = 9;
  const std::string file = file_of(folder, values, size);
  EXPECT_LT(fs::file_size(file), 48 + 8 * 16 + 200U);
  std::vector<float> found(values.size(), -7);
  ChunkedVolume(file, size, 2).copy_box({0, 0, 0}, size, {.scale = 1, .low = 2, .high = 5}, found);
  EXPECT_EQ(found.front(), 2);
  EXPECT_EQ(found.back(), 5);
}

TEST(ChunkedVolume, RefusesDamageByName) {
  const TemporaryFolder folder;
  const image::Size size{40, 33, 20};
  const std::string file = file_of(folder, varied<std::int16_t>(size), size);
  const std::string whole = test::read_text(file);
  const auto opened = [&](const std::string& bytes, const image::Size& asked = {40, 33, 20}, std::size_t element = 2) {
    test::write_text(file, bytes);
    return test::message_of([&] {
      const ChunkedVolume volume(file, asked, element);
      std::vector<float> crop(image::voxel_count(asked));
      volume.copy_box({0, 0, 0}, asked, {}, crop);
    });
  };
  expect_part(opened(""), "t1.chunks");
  expect_part(opened(whole.substr(0, 20)), "hold no header");
  expect_part(opened(whole.substr(0, 60)), "truncated");
  expect_part(opened(whole.substr(0, whole.size() - 1)), "truncated");
  expect_part(opened("X" + whole.substr(1)), "not the type");
  expect_part(opened(whole, {40, 33, 20}, 1), "not the type");
  expect_part(opened(whole, {40, 33, 21}), "another size");
  std::string swapped = whole;
  std::swap_ranges(swapped.begin() + 48, swapped.begin() + 64, swapped.begin() + 64); // the places of two chunks
  expect_part(opened(swapped), "another size");
  // Any byte that is changed is noticed, here or there.
  std::size_t noticed = 0;
  std::size_t changed = 0;
  for (std::size_t at = 0; at < whole.size(); at += at < 200 ? 1 : 211) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x40);
    ++changed;
    noticed += opened(damaged) == "nothing was thrown" ? 0 : 1;
  }
  EXPECT_EQ(noticed, changed);
  EXPECT_EQ(opened(whole), "nothing was thrown");
}

} // namespace
} // namespace brainmvp::store
