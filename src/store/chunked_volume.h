// A volume in chunks of 32^3 voxels that are compressed one by one, so that a crop decompresses only the chunks that it touches.
// Form of the file: docs/develop/architecture.md, "The store".
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

#include "image/volume.h"
#include "io/image_file.h"
#include "store/copy_crop.h"
#include "store/mapped_file.h"

namespace brainmvp::store {

inline constexpr const char* kChunkedExtension = ".chunks"; // instead of .nii

// The bytes of such a file. `values`: i fastest, as in files of NIfTI.
io::Bytes encode_chunked(std::span<const std::int16_t> values, const image::Size& size);
io::Bytes encode_chunked(std::span<const std::uint8_t> values, const image::Size& size);

class ChunkedVolume {
public:
  // `element_bytes`: 2 for int16, 1 for uint8. Throws Error(kBadInput) naming the file when its header or index is damaged, or of
  // another size or type.
  ChunkedVolume(const std::filesystem::path& path, const image::Size& size, std::size_t element_bytes);

  // As copy_box of copy_crop.h. Throws Error(kBadInput) naming the file when a chunk is damaged. Safe from several threads.
  void copy_box(const Start& start, const image::Size& crop, const Reading& reading, std::span<float> destination) const;
  void copy_box(const Start& start, const image::Size& crop, std::span<std::uint8_t> destination) const;

private:
  template <class CopyRow>
  void visit_rows(const Start& start, const image::Size& crop, const CopyRow& copy_row) const;
  [[nodiscard]] std::span<const std::uint8_t> decompressed(std::size_t chunk, std::size_t bytes) const;

  MappedFile file_;
  std::filesystem::path path_;
  image::Size size_;
  std::size_t element_bytes_;
};

} // namespace brainmvp::store
