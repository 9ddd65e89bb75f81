#include "io/image_source.h"

#include <cstdint>

#include "base/error.h"
#include "io/image_load.h"
#include "io/nifti_affine.h"
#include "io/raster.h"

namespace brainmvp::io {
namespace {

image::Affine in_single_precision(image::Affine affine) {
  const auto round = [](double& value) { value = static_cast<double>(static_cast<float>(value)); };
  for (std::size_t row = 0; row < 3; ++row) {
    for (double& value : affine.matrix[row]) {
      round(value);
    }
    round(affine.translation[row]);
  }
  return affine;
}

} // namespace

std::filesystem::path ImageSource::path() const {
  const ImageInMemory* image = in_memory();
  return image == nullptr ? std::get<std::filesystem::path>(source_) : std::filesystem::path(image->name);
}

Loaded load_memory(const ImageInMemory& image) {
  Raster raster{.header = {}, .encoding = {.element = image.element, .order = std::endian::native}};
  std::array<std::int64_t, 3> dimensions{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    dimensions[axis] = static_cast<std::int64_t>(image.size[axis]);
  }
  set_dimensions(raster, dimensions, image.name);
  if (image.voxels.size() != raster.voxel_bytes()) {
    throw Error(ExitCode::kInternal, image.name + ": " + std::to_string(image.voxels.size()) + " bytes in memory for " +
                                         std::to_string(raster.voxel_bytes()) + " of voxels");
  }
  raster.header.format = "memory";
  raster.header.affine = in_single_precision(image.affine);
  raster.header.affine_source = "memory";
  with_context(image.name, [&] { (void)raster.header.affine.inverse(); });
  warn_of_shear(raster.header);
  Loaded loaded{.name = image.name, .header = std::move(raster.header), .encoding = raster.encoding, .voxels = image.voxels};
  for (std::size_t place = 0; place < 3; ++place) {
    loaded.order.source_axis[image.axes[place]] = place;
  }
  return loaded;
}

} // namespace brainmvp::io
