// Copies a box of a volume (i fastest, as in files) to tensor order (k fastest).
#pragma once

#include <cstdint>
#include <span>

#include "image/volume.h"
#include "store/store.h"

namespace brainmvp::store {

// destination: [crop i][crop j][crop k], each element written once; voxels outside the volume become 0. Fastest where the
// destination starts at a cache line.
void copy_box(std::span<const std::int16_t> source, const image::Size& volume, const Start& start, const image::Size& crop,
              float scale, std::span<float> destination);
void copy_box(std::span<const std::uint8_t> source, const image::Size& volume, const Start& start, const image::Size& crop,
              std::span<std::uint8_t> destination);

} // namespace brainmvp::store
