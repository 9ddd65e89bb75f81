// One image or label map of a store, mapped: a file that `prepare` wrote, plain or in compressed chunks.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

#include "image/volume.h"
#include "store/intensities.h"
#include "store/store.h"

namespace brainmvp::store {

enum class VolumeKind { kImage, kLabel };

// Opening maps the file; nothing is read before it is used. Safe to read from several threads.
class StoredVolume {
public:
  // The name's extension says which form it has (kChunkedExtension). Throws Error(kBadInput) naming a file that is missing,
  // damaged, or of another size or kind.
  StoredVolume(const std::filesystem::path& path, const image::Size& size, VolumeKind kind);
  ~StoredVolume();
  StoredVolume(StoredVolume&&) noexcept;
  StoredVolume& operator=(StoredVolume&&) noexcept;

  // A crop of an image, or of a label map, in tensor order [i][j][k], k fastest; 0 outside the volume. Throws Error(kInternal)
  // when the destination has not the crop's elements or is for the other kind, Error(kBadInput) for a damaged chunk.
  void copy_crop(const Start& start, const image::Size& crop, Intensities intensities, std::span<float> destination) const;
  void copy_crop(const Start& start, const image::Size& crop, std::span<std::uint8_t> destination) const;

private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace brainmvp::store
