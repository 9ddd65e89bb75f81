#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/text.h"
#include "io/nifti_affine.h"
#include "io/nifti_fields.h"
#include "io/raster.h"

namespace brainmvp::io {
namespace {

struct DataType {
  int code;
  int bits;
  std::optional<Element> element; // none: known, but not read
  std::string_view name;
};

constexpr std::array<DataType, 17> kDataTypes{{
    {2, 8, Element::kUint8, "uint8"},
    {4, 16, Element::kInt16, "int16"},
    {8, 32, Element::kInt32, "int32"},
    {16, 32, Element::kFloat32, "float32"},
    {64, 64, Element::kFloat64, "float64"},
    {256, 8, Element::kInt8, "int8"},
    {512, 16, Element::kUint16, "uint16"},
    {768, 32, Element::kUint32, "uint32"},
    {1024, 64, Element::kInt64, "int64"},
    {1280, 64, Element::kUint64, "uint64"},
    {1, 1, std::nullopt, "binary"},
    {32, 64, std::nullopt, "complex64"},
    {128, 24, std::nullopt, "RGB24"},
    {1536, 128, std::nullopt, "float128"},
    {1792, 128, std::nullopt, "complex128"},
    {2048, 256, std::nullopt, "complex256"},
    {2304, 32, std::nullopt, "RGBA32"},
}};

Element element_of(const NiftiFields& fields, const std::string& name) {
  const auto type = std::ranges::find(kDataTypes, fields.datatype, &DataType::code);
  if (type == kDataTypes.end()) {
    throw Error(ExitCode::kBadInput,
                name + ": unknown data type code " + std::to_string(fields.datatype) + "; the header is damaged");
  }
  if (!type->element) {
    throw Error(ExitCode::kBadInput, name + ": voxels of type " + std::string(type->name) +
                                         " are not read; save the image with one real number a voxel");
  }
  if (type->bits != fields.bitpix) {
    throw Error(ExitCode::kBadInput, name + ": datatype says " + std::string(type->name) + " (" + std::to_string(type->bits) +
                                         " bits), but bitpix says " + std::to_string(fields.bitpix) +
                                         " bits; the header is damaged");
  }
  return *type->element;
}

void set_size(Raster& raster, const NiftiFields& fields, const std::string& name) {
  const std::int64_t axes = fields.dim[0];
  if (axes < 2 || axes > 7) {
    throw Error(ExitCode::kBadInput,
                name + ": dim[0] says " + std::to_string(axes) + " axes, where 2 to 7 are possible; the header is damaged");
  }
  set_dimensions(raster, std::span(fields.dim).subspan(1, static_cast<std::size_t>(axes)), name);
}

void set_scaling(Raster& raster, const NiftiFields& fields, const std::string& name) {
  if (fields.scl_slope == 0 || !std::isfinite(fields.scl_slope)) {
    return; // unscaled by the standard; the intercept means nothing then
  }
  if (!std::isfinite(fields.scl_inter)) {
    throw Error(ExitCode::kBadInput,
                name + ": scl_slope is " + shortest(fields.scl_slope) + ", but scl_inter is not finite; correct the header");
  }
  raster.encoding.slope = fields.scl_slope;
  raster.encoding.intercept = fields.scl_inter;
}

void set_offset(Raster& raster, const NiftiFields& fields, const std::string& name) {
  const double first = fields.pair ? 0 : fields.version == 1 ? 352 : 544;
  if (fields.vox_offset == 0 && !fields.pair) {
    raster.header.warnings.push_back("vox_offset is 0; the voxels are read from byte " + shortest(first));
    raster.offset = static_cast<std::uint64_t>(first);
    return;
  }
  if (!(fields.vox_offset >= first && fields.vox_offset < 1e15) || fields.vox_offset != std::floor(fields.vox_offset)) {
    throw Error(ExitCode::kBadInput, name + ": vox_offset is " + shortest(fields.vox_offset) + ", where a whole number from " +
                                         shortest(first) + " on is needed; the header is damaged");
  }
  raster.offset = static_cast<std::uint64_t>(fields.vox_offset);
}

// Units other than mm are believed only where a head fits them.
void convert_units(ImageHeader& header, const NiftiFields& fields) {
  const int unit = fields.units & 7;
  if (unit != 1 && unit != 3) {
    return;
  }
  const double factor = unit == 1 ? 1000 : 0.001;
  const std::string word = unit == 1 ? "metre" : "micrometre";
  const image::Vector spacing = header.affine.spacing_mm();
  double extent_mm = 0;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    extent_mm = std::max(extent_mm, factor * spacing[axis] * static_cast<double>(header.size[axis]));
  }
  if (!(extent_mm > 10 && extent_mm < 2000)) {
    header.warnings.push_back("the header's unit is " + word + ", which gives a head of " + shortest(std::round(extent_mm)) +
                              " mm; the spacing was kept as mm");
    return;
  }
  for (std::size_t row = 0; row < 3; ++row) {
    for (double& value : header.affine.matrix[row]) {
      value *= factor;
    }
    header.affine.translation[row] *= factor;
  }
  header.warnings.push_back("the header's unit is " + word + "; the affine was converted to mm");
}

} // namespace

Raster parse_nifti(std::span<const std::byte> front, const std::string& name) {
  const NiftiFields fields = unpack_nifti(front, name);
  Raster raster;
  raster.separate_data = fields.pair;
  raster.header.format = "NIfTI-" + std::to_string(fields.version);
  raster.encoding = {.element = element_of(fields, name), .order = fields.order};
  set_size(raster, fields, name);
  set_scaling(raster, fields, name);
  set_offset(raster, fields, name);
  set_nifti_affine(raster.header, fields);
  convert_units(raster.header, fields);
  return raster;
}

} // namespace brainmvp::io
