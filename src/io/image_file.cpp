#include "io/image_file.h"

#include <algorithm>
#include <span>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/memory.h"
#include "image/reorder.h"
#include "io/image_load.h"
#include "io/stored_image.h"

namespace brainmvp::io {
namespace {

// Values in the header's order of axes.
std::vector<std::int32_t> in_order(std::vector<std::int32_t>&& stored, const Loaded& loaded) {
  if (loaded.order.source_axis == image::AxisOrder{}.source_axis) {
    return std::move(stored);
  }
  std::vector<std::int32_t> values(stored.size());
  const auto all = image::reordering(loaded.stored_size(), loaded.order, {.begin = {0, 0, 0}, .end = loaded.header.size});
  image::copy_reordered(
      all, [&stored](std::ptrdiff_t at) { return stored[static_cast<std::size_t>(at)]; }, values.data());
  return values;
}

} // namespace

void warn_of_slices(ImageHeader& header) {
  if (*std::ranges::min_element(header.size) == 1) {
    header.warnings.emplace_back("the volume has a single slice");
  }
}

ImageHeader read_header(const ImageSource& source) {
  ImageHeader header = load_image(source, true).header;
  warn_of_slices(header);
  return header;
}

ImageFile read_image(const ImageSource& source) {
  const StoredImage stored(source);
  ImageFile file{.header = stored.header(), .channels = {}};
  for (std::size_t channel = 0; channel < file.header.channels; ++channel) {
    image::Volume volume{.size = file.header.size, .affine = file.header.affine, .data = {}};
    resize_large(volume.data, volume.voxels());
    stored.decode(channel, volume.data);
    file.channels.push_back(std::move(volume));
  }
  return file;
}

LabelFile read_label(const ImageSource& source) {
  const Loaded loaded = load_image(source, false);
  LabelFile file{.header = loaded.header, .volume = {.size = loaded.header.size, .affine = loaded.header.affine, .data = {}}};
  if (file.header.channels != 1) {
    throw Error(ExitCode::kBadInput, loaded.name + ": a label map has one channel, but this file has " +
                                         std::to_string(file.header.channels) + "; save one map of whole numbers");
  }
  file.volume.data.resize(file.volume.voxels());
  const LabelFaults faults = decode_labels(loaded.channel(0), loaded.encoding, file.volume.data);
  if (faults.count > 0) {
    throw Error(ExitCode::kBadInput, loaded.name + ": a label map needs whole numbers, but " + std::to_string(faults.count) +
                                         " of " + std::to_string(file.volume.voxels()) + " voxels are not (such as " +
                                         faults.examples +
                                         "); it was probably interpolated: resample labels by nearest neighbour");
  }
  file.volume.data = in_order(std::move(file.volume.data), loaded);
  warn_of_slices(file.header);
  if (std::ranges::all_of(file.volume.data, [](std::int32_t value) { return value == 0; })) {
    file.header.warnings.emplace_back("the label map has no foreground: every voxel is 0");
  }
  return file;
}

} // namespace brainmvp::io
