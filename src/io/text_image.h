// NRRD and MetaImage: a header of text, and voxels after it or in a file beside it; private to src/io.
#pragma once

#include <filesystem>
#include <span>

#include "io/bytes.h"
#include "io/element.h"
#include "io/image_file.h"
#include "io/input_file.h"

namespace brainmvp::io {

enum class TextFormat { kNone, kNrrd, kMetaImage };

// By content for NRRD, by the name's extension for MetaImage, whose header has no magic.
TextFormat text_format(std::span<const std::byte> front, const InputFile& input);

struct TextImage {
  ImageHeader header;
  Encoding encoding;
  Buffer voxels{0};       // channel after channel; empty when only the header was asked for
  std::size_t offset = 0; // of the first voxel in them
};

// The file that holds the voxels: `input` itself, or the one that its header names.
std::filesystem::path text_data_file(const InputFile& input, TextFormat format);

// Throws Error(kBadInput) for a damaged file, and for voxels that are not one real number (colours, complex, matrices).
TextImage read_text_image(const InputFile& input, TextFormat format, bool header_only);

} // namespace brainmvp::io
