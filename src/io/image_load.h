// From a name to a header and the bytes of its voxels, for all formats; private to src/io.
#pragma once

#include <filesystem>

#include "io/bytes.h"
#include "io/element.h"
#include "io/image_file.h"

namespace brainmvp::io {

struct Loaded {
  std::string name;
  ImageHeader header;
  Encoding encoding;
  Buffer buffer;          // the unpacked file, or nothing when only the header was asked for
  std::size_t offset = 0; // of the first voxel in it; all voxels are there
};

Loaded load_image(const std::filesystem::path& path, bool header_only);

void warn_of_slices(ImageHeader& header);

} // namespace brainmvp::io
