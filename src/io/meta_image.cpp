// MetaImage headers (https://itk.org/Wiki/MetaIO/Documentation).
#include <algorithm>
#include <array>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "io/text_header.h"

namespace brainmvp::io {
namespace {

constexpr std::array<double, 3> kLpsToRas{-1, -1, 1};

Element meta_element(const TextHeader& header) {
  constexpr std::array<std::pair<std::string_view, Element>, 12> kTypes{{
      {"met_char", Element::kInt8},
      {"met_uchar", Element::kUint8},
      {"met_short", Element::kInt16},
      {"met_ushort", Element::kUint16},
      {"met_int", Element::kInt32},
      {"met_uint", Element::kUint32},
      {"met_long", Element::kInt32}, // 4 bytes in this format
      {"met_ulong", Element::kUint32},
      {"met_long_long", Element::kInt64},
      {"met_ulong_long", Element::kUint64},
      {"met_float", Element::kFloat32},
      {"met_double", Element::kFloat64},
  }};
  std::string name = to_lower(header.at("elementtype"));
  if (name.ends_with("_array")) {
    name.resize(name.size() - 6);
  }
  for (const auto& [known, element] : kTypes) {
    if (name == known) {
      return element;
    }
  }
  header.refuse("voxels of type " + header.at("elementtype").substr(0, 40) + " are not read");
}

// "True", as the format writes it; only the first letter counts.
bool says_true(const TextHeader& header, std::string_view field) {
  return to_lower(header.find(field).value_or("")).starts_with('t');
}

std::vector<double> numbers_of(const TextHeader& header, std::initializer_list<std::string_view> fields, std::size_t count) {
  for (const std::string_view field : fields) {
    std::vector<double> values = header.numbers(field);
    if (!values.empty() && values.size() != count) {
      header.refuse("field '" + std::string(field) + "' has " + std::to_string(values.size()) + " numbers, where " +
                    std::to_string(count) + " are needed");
    }
    if (!values.empty()) {
      return values;
    }
  }
  return {};
}

// A row of TransformMatrix is the direction of an axis, in LPS.
void set_affine(ImageHeader& image, const TextHeader& header, std::size_t axes) {
  std::vector<double> spacing = numbers_of(header, {"elementspacing", "elementsize"}, axes);
  std::vector<double> origin = numbers_of(header, {"offset", "position", "origin"}, axes);
  const std::vector<double> directions = numbers_of(header, {"transformmatrix", "rotation", "orientation"}, axes * axes);
  warn_of_geometry(image, !directions.empty(), axes);
  spacing.resize(axes, 1.0);
  origin.resize(axes, 0.0);
  image.affine = image::Affine{};
  for (std::size_t axis = 0; axis < std::min<std::size_t>(axes, 3); ++axis) {
    for (std::size_t row = 0; row < 3; ++row) {
      const double identity = row == axis ? 1.0 : 0.0;
      const double cosine = directions.empty() || row >= axes ? identity : directions[axis * axes + row];
      image.affine.matrix[row][axis] = kLpsToRas[row] * cosine * spacing[axis];
    }
    image.affine.translation[axis] = kLpsToRas[axis] * origin[axis];
  }
}

void set_meta_place(TextImageHeader& image, const TextHeader& header) {
  const std::string file = header.at("elementdatafile");
  refuse_several_files(header, file, "mha");
  if (!says_true(header, "binarydata")) {
    header.refuse("voxels written as text are not read; save the image with BinaryData = True");
  }
  const bool local = to_lower(file) == "local";
  image.data_file = local ? "" : file;
  image.raster.offset = local ? header.end() : 0;
  if (!local && header.find("headersize")) {
    image.skipped = header.integers("headersize", 1).front();
  }
  image.packing = says_true(header, "compresseddata") ? Packing::kZlibOrGzip : Packing::kRaw;
}

} // namespace

TextImageHeader parse_meta_image(std::string_view front, const std::string& name) {
  const TextHeader header(front, '=', "elementdatafile", name);
  const std::int64_t axes = header.integers("ndims", 1).front();
  if (axes < 2 || axes > 4) {
    header.refuse(std::to_string(axes) + " axes, where 2 to 4 are possible");
  }
  TextImageHeader image;
  image.raster.header.format = image.raster.header.affine_source = "MetaImage";
  const bool big = says_true(header, "binarydatabyteordermsb") || says_true(header, "elementbyteordermsb");
  image.raster.encoding = {.element = meta_element(header), .order = big ? std::endian::big : std::endian::little};
  std::vector<std::int64_t> dimensions = header.integers("dimsize", static_cast<std::size_t>(axes));
  dimensions.resize(std::max<std::size_t>(dimensions.size(), 3), 1);
  if (header.find("elementnumberofchannels")) {
    dimensions.push_back(header.integers("elementnumberofchannels", 1).front());
  }
  set_dimensions(image.raster, dimensions, name);
  image.components = header.find("elementnumberofchannels") ? static_cast<std::size_t>(dimensions.back()) : 1;
  set_affine(image.raster.header, header, static_cast<std::size_t>(axes));
  set_meta_place(image, header);
  return image;
}

} // namespace brainmvp::io
