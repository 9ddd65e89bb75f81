#include "io/packed_label.h"

#include "base/error.h"
#include "io/gzip.h"
#include "io/raster.h"

namespace brainmvp::io {

image::LabelVolume read_packed_label(std::span<const std::byte> bytes, const std::string& name) {
  const Unzipped unzipped = gunzip(bytes, gunzip_bound(bytes.size()), name);
  const std::span<const std::byte> file = unzipped.buffer.bytes();
  if (!looks_like_nifti(file)) {
    throw Error(ExitCode::kBadInput, name + ": is no NIfTI file");
  }
  const Raster raster = parse_nifti(file, name);
  if (raster.header.channels != 1 || raster.offset + raster.voxel_bytes() > file.size()) {
    throw Error(ExitCode::kBadInput, name + ": has fewer voxels than its header promises, or more than one channel");
  }
  image::LabelVolume volume{.size = raster.header.size, .affine = raster.header.affine, .data = {}};
  volume.data.resize(volume.voxels());
  if (decode_labels(file.subspan(raster.offset, raster.voxel_bytes()), raster.encoding, volume.data).count > 0) {
    throw Error(ExitCode::kBadInput, name + ": a label map needs whole numbers");
  }
  return volume;
}

} // namespace brainmvp::io
