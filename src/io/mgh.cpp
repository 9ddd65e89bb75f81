// MGH and MGZ, as FreeSurfer documents them: big-endian, 284 bytes of header, then the voxels, then optional tags.
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "base/error.h"
#include "io/bytes.h"
#include "io/raster.h"

namespace brainmvp::io {
namespace {

constexpr std::size_t kMghBytes = 284;

std::optional<Element> element_of(std::int32_t code) {
  switch (code) {
  case 0:
    return Element::kUint8;
  case 1:
    return Element::kInt32;
  case 3:
    return Element::kFloat32;
  case 4:
    return Element::kInt16;
  case 10:
    return Element::kUint16;
  default:
    return std::nullopt;
  }
}

// Direction cosines, spacing and the place of the voxel at size / 2.
void set_affine(ImageHeader& header, const FieldReader& reader) {
  std::array<float, 3> delta{1, 1, 1};
  std::array<float, 9> cosines{-1, 0, 0, 0, 0, -1, 0, 1, 0}; // coronal, FreeSurfer's default
  std::array<float, 3> centre{0, 0, 0};
  if (reader.at<std::int16_t>(28) == 1) {
    for (std::size_t i = 0; i < 3; ++i) {
      delta[i] = reader.at<float>(30, i);
      centre[i] = reader.at<float>(78, i);
    }
    for (std::size_t i = 0; i < 9; ++i) {
      cosines[i] = reader.at<float>(42, i);
    }
  } else {
    header.warnings.emplace_back("the header has no orientation (goodRASFlag), so left and right are unknown; FreeSurfer's "
                                 "default, coronal 1 mm, was used");
  }
  image::Vector middle{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    middle[axis] = static_cast<double>(header.size[axis]) / 2;
    for (std::size_t row = 0; row < 3; ++row) {
      header.affine.matrix[row][axis] = static_cast<double>(cosines[3 * axis + row]) * static_cast<double>(delta[axis]);
    }
  }
  header.affine.translation = {0, 0, 0};
  const image::Vector moved = header.affine.apply(middle);
  for (std::size_t row = 0; row < 3; ++row) {
    header.affine.translation[row] = static_cast<double>(centre[row]) - moved[row];
  }
}

} // namespace

bool looks_like_mgh(std::span<const std::byte> front) {
  // Version 1; the frame count and the dimensions keep other formats that start so from passing.
  return front.size() >= kMghBytes && FieldReader(front, std::endian::big).at<std::int32_t>(0) == 1;
}

Raster parse_mgh(std::span<const std::byte> front, const std::string& name) {
  const FieldReader reader(front, std::endian::big);
  const auto code = reader.at<std::int32_t>(20);
  const std::optional<Element> element = element_of(code);
  if (!element) {
    throw Error(ExitCode::kBadInput,
                name + ": MGH data type " + std::to_string(code) + " is not read; convert the file with mri_convert -odt float");
  }
  Raster raster{.header = {}, .encoding = {.element = *element, .order = std::endian::big}, .offset = kMghBytes};
  raster.trailing_is_usual = true;
  raster.header.format = "MGH";
  raster.header.affine_source = "MGH";
  std::array<std::int64_t, 4> dimensions{};
  for (std::size_t axis = 0; axis < 4; ++axis) {
    dimensions[axis] = reader.at<std::int32_t>(4, axis);
  }
  set_dimensions(raster, dimensions, name);
  set_affine(raster.header, reader);
  with_context(name, [&] { (void)raster.header.affine.inverse(); });
  return raster;
}

} // namespace brainmvp::io
