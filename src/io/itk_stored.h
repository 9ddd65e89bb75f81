// The data files behind NRRD and MetaImage headers; private to src/io.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "io/bytes.h"
#include "io/input_file.h"

namespace brainmvp::io {

// Throws Error(kBadInput) when the voxels' `needed` bytes cannot be in the NRRD file, or in the data file that it names. ITK
// checks the rest; this bounds what is allocated.
void check_nrrd_stored(const InputFile& input, std::uint64_t needed);

struct MetaVoxels {
  Buffer buffer;
  std::size_t offset = 0; // of the first voxel
  std::endian order = std::endian::little;
};

// The voxels of a MetaImage, raw or compressed, in the file itself or in one beside it. ITK is not asked for them, since it
// returns memory that was never written, without an error, when the data end early or do not decompress.
MetaVoxels read_meta_voxels(const InputFile& input, std::uint64_t needed);

} // namespace brainmvp::io
