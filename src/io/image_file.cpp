#include "io/image_file.h"

#include <algorithm>
#include <span>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/memory.h"
#include "io/image_load.h"
#include "io/stored_image.h"

namespace brainmvp::io {
namespace {

std::span<const std::byte> channel_bytes(const Loaded& loaded, std::size_t channel) {
  const image::Size& size = loaded.header.size;
  const std::size_t bytes = image::voxel_count(size) * element_size(loaded.encoding.element);
  return loaded.buffer.bytes().subspan(loaded.offset + channel * bytes, bytes);
}

} // namespace

void warn_of_slices(ImageHeader& header) {
  if (*std::ranges::min_element(header.size) == 1) {
    header.warnings.emplace_back("the volume has a single slice");
  }
}

ImageHeader read_header(const std::filesystem::path& path) {
  ImageHeader header = load_image(path, true).header;
  warn_of_slices(header);
  return header;
}

ImageFile read_image(const std::filesystem::path& path) {
  const StoredImage stored(path);
  ImageFile file{.header = stored.header(), .channels = {}};
  for (std::size_t channel = 0; channel < file.header.channels; ++channel) {
    image::Volume volume{.size = file.header.size, .affine = file.header.affine, .data = {}};
    resize_large(volume.data, volume.voxels());
    stored.decode(channel, volume.data);
    file.channels.push_back(std::move(volume));
  }
  return file;
}

LabelFile read_label(const std::filesystem::path& path) {
  const Loaded loaded = load_image(path, false);
  LabelFile file{.header = loaded.header, .volume = {.size = loaded.header.size, .affine = loaded.header.affine, .data = {}}};
  if (file.header.channels != 1) {
    throw Error(ExitCode::kBadInput, loaded.name + ": a label map has one channel, but this file has " +
                                         std::to_string(file.header.channels) + "; save one map of whole numbers");
  }
  file.volume.data.resize(file.volume.voxels());
  const LabelFaults faults = decode_labels(channel_bytes(loaded, 0), loaded.encoding, file.volume.data);
  if (faults.count > 0) {
    throw Error(ExitCode::kBadInput, loaded.name + ": a label map needs whole numbers, but " + std::to_string(faults.count) +
                                         " of " + std::to_string(file.volume.voxels()) + " voxels are not (such as " +
                                         faults.examples +
                                         "); it was probably interpolated: resample labels by nearest neighbour");
  }
  warn_of_slices(file.header);
  if (std::ranges::all_of(file.volume.data, [](std::int32_t value) { return value == 0; })) {
    file.header.warnings.emplace_back("the label map has no foreground: every voxel is 0");
  }
  return file;
}

} // namespace brainmvp::io
