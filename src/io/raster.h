// What a header of a raw format (NIfTI, MGH) tells about the voxels that follow it; private to src/io.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "io/element.h"
#include "io/image_file.h"

namespace brainmvp::io {

struct Raster {
  ImageHeader header;
  Encoding encoding;
  std::uint64_t offset = 0;                        // of the first voxel, from the start of the (unpacked) file
  bool separate_data = false;                      // voxels are in the .img file beside the .hdr
  bool trailing_is_usual = false;                  // the format puts more after the voxels
  [[nodiscard]] std::uint64_t voxel_bytes() const; // of all channels; the parsers have checked that it cannot overflow
};

// Sets size and channels of a header from dimensions that a file states, axis after axis: all at least 1, spatial axes no longer
// than those of a head, and small enough that the voxels' bytes fit 63 bits. `name` starts the messages. Throws
// Error(kBadInput).
void set_dimensions(Raster& raster, std::span<const std::int64_t> dimensions, const std::string& name);

// Bytes that a front must have for the parsers below, where the file is not shorter.
inline constexpr std::size_t kHeaderBytes = 1024;

bool looks_like_nifti(std::span<const std::byte> front);
Raster parse_nifti(std::span<const std::byte> front, const std::string& name);

bool looks_like_mgh(std::span<const std::byte> front);
Raster parse_mgh(std::span<const std::byte> front, const std::string& name);

} // namespace brainmvp::io
