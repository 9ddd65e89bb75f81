// NRRD and MetaImage through ITK; private to src/io.
#pragma once

#include <span>

#include "io/bytes.h"
#include "io/element.h"
#include "io/image_file.h"
#include "io/input_file.h"

namespace brainmvp::io {

enum class ItkFormat { kNone, kNrrd, kMetaImage };

// By content for NRRD, by the name's extension for MetaImage, whose text header has no magic.
ItkFormat itk_format(std::span<const std::byte> front, const InputFile& input);

struct ItkImage {
  ImageHeader header;
  Encoding encoding;
  Buffer voxels;          // channel after channel; empty when only the header was asked for
  std::size_t offset = 0; // of the first voxel in them
};

// Throws Error(kBadInput) for a damaged file, and for voxels that are not one real number (RGB, complex, tensors).
ItkImage read_itk(const InputFile& input, ItkFormat format, bool header_only);

} // namespace brainmvp::io
