#include "io/image_file.h"

#include <algorithm>
#include <span>
#include <string>

#include "base/error.h"
#include "base/text.h"
#include "io/image_load.h"

namespace brainmvp::io {
namespace {

std::span<const std::byte> channel_bytes(const Loaded& loaded, std::size_t channel) {
  const image::Size& size = loaded.header.size;
  const std::size_t bytes = size[0] * size[1] * size[2] * element_size(loaded.encoding.element);
  return loaded.buffer.bytes().subspan(loaded.offset + channel * bytes, bytes);
}

void warn_of_slices(ImageHeader& header) {
  if (*std::ranges::min_element(header.size) == 1) {
    header.warnings.emplace_back("the volume has a single slice");
  }
}

void warn_of_values(ImageFile& file, std::size_t faults) {
  std::vector<std::string>& warnings = file.header.warnings;
  if (faults > 0) {
    warnings.push_back(std::to_string(faults) + (faults == 1 ? " voxel was" : " voxels were") +
                       " not finite (NaN or Inf) and set to 0");
  }
  for (std::size_t channel = 0; channel < file.channels.size(); ++channel) {
    const auto [low, high] = std::ranges::minmax_element(file.channels[channel].data);
    if (*low == *high) {
      const std::string where = file.channels.size() > 1 ? " of channel " + std::to_string(channel + 1) : "";
      warnings.push_back("every voxel" + where + " is " + shortest(static_cast<double>(*low)) + ", so there is no image in it");
    }
  }
}

} // namespace

ImageHeader read_header(const std::filesystem::path& path) {
  ImageHeader header = load_image(path, true).header;
  warn_of_slices(header);
  return header;
}

ImageFile read_image(const std::filesystem::path& path) {
  const Loaded loaded = load_image(path, false);
  ImageFile file{.header = loaded.header, .channels = {}};
  std::size_t faults = 0;
  for (std::size_t channel = 0; channel < file.header.channels; ++channel) {
    image::Volume volume{.size = file.header.size, .affine = file.header.affine, .data = {}};
    volume.data.resize(volume.voxels());
    faults += decode(channel_bytes(loaded, channel), loaded.encoding, volume.data);
    file.channels.push_back(std::move(volume));
  }
  warn_of_slices(file.header);
  warn_of_values(file, faults);
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
