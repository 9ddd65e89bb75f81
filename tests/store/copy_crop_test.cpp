#include "store/copy_crop.h"

#include <gtest/gtest.h>

#include "base/memory.h"

namespace brainmvp::store {
namespace {

using Buffer = std::vector<float, BlockAllocator<float>>;
constexpr std::int16_t kLow = -20000;
constexpr std::int16_t kHigh = 15000;

float expected_at(std::span<const std::int16_t> source, const image::Size& volume, const Start& at) {
  std::size_t index = 0;
  for (std::size_t axis = 3; axis-- > 0;) {
    if (at[axis] < 0 || at[axis] >= static_cast<std::int64_t>(volume[axis])) {
      return 0;
    }
    index = index * volume[axis] + static_cast<std::size_t>(at[axis]);
  }
  return static_cast<float>(std::clamp(source[index], kLow, kHigh)) * 0.25F;
}

// Crops with whole and broken tiles, aligned and not, small ones and ones that are streamed.
TEST(CopyBox, EveryVoxelComesFromItsPlace) {
  const image::Size volume{75, 70, 101};
  std::vector<std::int16_t> source(volume[0] * volume[1] * volume[2]);
  for (std::size_t i = 0; i < source.size(); ++i) {
    source[i] = static_cast<std::int16_t>(i * 7919 % 65536 - 32768);
  }
  for (const image::Size& crop : {image::Size{64, 70, 96}, {75, 70, 80}, {67, 61, 75}, {8, 8, 8}, {7, 3, 5}, {1, 1, 1}}) {
    for (const Start& start : {Start{0, 0, 0}, Start{5, -3, 2}, Start{-9, 20, -17}, Start{40, 1, 60}}) {
      for (const std::size_t shift : {0U, 1U}) {
        Buffer buffer(crop[0] * crop[1] * crop[2] + 2);
        std::ranges::fill(buffer, -77.0F);
        const std::span<float> out = std::span(buffer).subspan(shift, buffer.size() - 2);
        copy_box(source, volume, start, crop, {.scale = 0.25F, .low = kLow, .high = kHigh}, out);
        std::size_t at = 0;
        for (std::size_t i = 0; i < crop[0]; ++i) {
          for (std::size_t j = 0; j < crop[1]; ++j) {
            for (std::size_t k = 0; k < crop[2]; ++k, ++at) {
              const Start from{start[0] + static_cast<std::int64_t>(i), start[1] + static_cast<std::int64_t>(j),
                               start[2] + static_cast<std::int64_t>(k)};
              ASSERT_EQ(out[at], expected_at(source, volume, from)) << i << " " << j << " " << k;
            }
          }
        }
        EXPECT_EQ(buffer.back(), -77.0F); // nothing beyond the crop is touched
        EXPECT_EQ(shift == 1 ? buffer.front() : buffer[buffer.size() - 2], -77.0F);
      }
    }
  }
}

} // namespace
} // namespace brainmvp::store
