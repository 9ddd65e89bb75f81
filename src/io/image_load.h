// From a name to a header and the bytes of its voxels, for all formats; private to src/io.
#pragma once

#include "image/orientation.h"
#include "io/bytes.h"
#include "io/element.h"
#include "io/image_file.h"

namespace brainmvp::io {

struct Loaded {
  std::string name;
  ImageHeader header;
  Encoding encoding;
  Buffer buffer{0};                       // the unpacked file; empty of an image in memory
  std::span<const std::byte> voxels = {}; // channel after channel; empty where only the header of a file was asked for
  image::AxisOrder order = {};            // from the axes as they are stored to those of the header

  [[nodiscard]] std::span<const std::byte> channel(std::size_t channel) const;
  [[nodiscard]] image::Size stored_size() const; // voxels along the axes as they are stored
};

Loaded load_image(const ImageSource& source, bool header_only);
Loaded load_memory(const ImageInMemory& image);

void warn_of_slices(ImageHeader& header);

} // namespace brainmvp::io
