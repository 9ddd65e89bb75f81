// NRRD headers (http://teem.sourceforge.net/nrrd/format.html).
#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "io/text_header.h"

namespace brainmvp::io {
namespace {

Element nrrd_element(const TextHeader& header) {
  constexpr std::array<std::pair<std::string_view, Element>, 34> kTypes{{
      {"signed char", Element::kInt8},    {"int8", Element::kInt8},
      {"int8_t", Element::kInt8},         {"uchar", Element::kUint8},
      {"unsigned char", Element::kUint8}, {"uint8", Element::kUint8},
      {"uint8_t", Element::kUint8},       {"short", Element::kInt16},
      {"short int", Element::kInt16},     {"signed short", Element::kInt16},
      {"int16", Element::kInt16},         {"int16_t", Element::kInt16},
      {"ushort", Element::kUint16},       {"unsigned short", Element::kUint16},
      {"uint16", Element::kUint16},       {"uint16_t", Element::kUint16},
      {"int", Element::kInt32},           {"signed int", Element::kInt32},
      {"int32", Element::kInt32},         {"int32_t", Element::kInt32},
      {"uint", Element::kUint32},         {"unsigned int", Element::kUint32},
      {"uint32", Element::kUint32},       {"uint32_t", Element::kUint32},
      {"longlong", Element::kInt64},      {"long long", Element::kInt64},
      {"int64", Element::kInt64},         {"int64_t", Element::kInt64},
      {"ulonglong", Element::kUint64},    {"unsigned long long", Element::kUint64},
      {"uint64", Element::kUint64},       {"uint64_t", Element::kUint64},
      {"float", Element::kFloat32},       {"double", Element::kFloat64},
  }};
  const std::string name = to_lower(header.at("type"));
  for (const auto& [known, element] : kTypes) {
    if (name == known) {
      return element;
    }
  }
  header.refuse("voxels of type " + name.substr(0, 40) + " are not read");
}

// Factors that bring the space's axes to RAS; nothing when the header names no space of a head.
std::optional<std::array<double, 3>> to_ras(const TextHeader& header) {
  const std::string space = to_lower(header.find("space").value_or(""));
  const auto is = [&space](std::string_view name, std::string_view letters) {
    return space == name || space == letters || space == std::string(name) + "-time" || space == std::string(letters) + "t";
  };
  if (is("right-anterior-superior", "ras")) {
    return std::array<double, 3>{1, 1, 1};
  }
  if (is("left-anterior-superior", "las")) {
    return std::array<double, 3>{-1, 1, 1};
  }
  if (is("left-posterior-superior", "lps")) {
    return std::array<double, 3>{-1, -1, 1};
  }
  return std::nullopt;
}

// "(1,0,0)" or "none".
std::optional<std::vector<double>> vector_in(const std::string& text, std::size_t& at, const TextHeader& header) {
  at = text.find_first_not_of(" \t", at);
  if (at != std::string::npos && text.compare(at, 4, "none") == 0) {
    at += 4;
    return std::nullopt;
  }
  const std::size_t end = at == std::string::npos || text[at] != '(' ? std::string::npos : text.find(')', at);
  if (end != std::string::npos) {
    const auto values = numbers_in(std::string_view(text).substr(at + 1, end - at - 1));
    if (values && (values->size() == 2 || values->size() == 3)) {
      at = end + 1;
      return values;
    }
  }
  header.refuse("a vector of its space is not of the form (1,0,0)");
}

struct Axis {
  std::int64_t size = 0;
  std::optional<std::vector<double>> direction; // in the header's space
  bool spatial = true;
};

void refuse_kinds(const TextHeader& header, const std::vector<std::string>& kinds) {
  for (const std::string& kind : kinds) {
    const std::string name = to_lower(kind);
    if (name.find("color") != std::string::npos || name.find("complex") != std::string::npos ||
        name.find("matrix") != std::string::npos || name.find("quaternion") != std::string::npos) {
      header.refuse("voxels of kind " + kind.substr(0, 40) + " are not read; save the image with one real number a voxel");
    }
  }
}

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words = split(text, " \t");
  std::erase(words, "");
  return words;
}

std::vector<Axis> axes_of(const TextHeader& header) {
  const std::int64_t count = header.integers("dimension", 1).front();
  if (count < 2 || count > 4) {
    header.refuse(std::to_string(count) + " axes, where 2 to 4 are possible");
  }
  std::vector<Axis> axes(static_cast<std::size_t>(count));
  const std::vector<std::int64_t> sizes = header.integers("sizes", axes.size());
  const std::vector<std::string> kinds = words_of(header.find("kinds").value_or(""));
  refuse_kinds(header, kinds);
  const std::optional<std::string> directions = header.find("space directions");
  std::size_t at = 0;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    axes[i].size = sizes[i];
    if (directions) {
      axes[i].direction = vector_in(*directions, at, header);
      axes[i].spatial = axes[i].direction.has_value();
    } else {
      const std::string kind = kinds.size() == axes.size() ? to_lower(kinds[i]) : "";
      axes[i].spatial = kinds.size() == axes.size() ? kind == "domain" || kind == "space" : i < 3;
    }
  }
  return axes;
}

void set_affine(ImageHeader& image, const TextHeader& header, const std::vector<Axis>& axes) {
  const std::optional<std::array<double, 3>> known = to_ras(header);
  const std::array<double, 3> factors = known.value_or(std::array<double, 3>{-1, -1, 1});
  std::vector<double> spacings = header.numbers("spacings");
  spacings.resize(axes.size(), 1.0);
  image.affine = image::Affine{};
  std::size_t column = 0;
  bool oriented = known.has_value();
  for (std::size_t i = 0; i < axes.size(); ++i) {
    if (!axes[i].spatial) {
      continue;
    }
    oriented = oriented && axes[i].direction;
    for (std::size_t row = 0; row < 3; ++row) {
      const double stated = axes[i].direction && row < axes[i].direction->size() ? (*axes[i].direction)[row] : 0.0;
      const double step = std::isfinite(spacings[i]) ? spacings[i] : 1.0;
      image.affine.matrix[row][column] = factors[row] * (axes[i].direction ? stated : row == column ? step : 0.0);
    }
    ++column;
  }
  if (const auto origin = header.find("space origin")) {
    std::size_t at = 0;
    const std::vector<double> place = vector_in(*origin, at, header).value_or(std::vector<double>{});
    for (std::size_t row = 0; row < place.size(); ++row) {
      image.affine.translation[row] = factors[row] * place[row];
    }
  }
  warn_of_geometry(image, oriented, column);
}

// Spatial axes, then that of the channels, which may stand before them (interleaved) or after them.
void set_axes(TextImageHeader& image, const TextHeader& header, const std::vector<Axis>& axes, const std::string& name) {
  std::vector<std::int64_t> dimensions;
  std::optional<std::size_t> channels;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    if (axes[i].spatial) {
      dimensions.push_back(axes[i].size);
    } else if (channels || (i != 0 && i + 1 != axes.size())) {
      header.refuse("its axes that are not of space cannot be channels; save one volume a file");
    } else {
      channels = i;
    }
  }
  if (dimensions.size() < 2 || dimensions.size() > 3) {
    header.refuse(std::to_string(dimensions.size()) + " axes of space, where 2 or 3 are possible");
  }
  dimensions.resize(3, 1);
  if (channels) {
    dimensions.push_back(axes[*channels].size);
  }
  set_dimensions(image.raster, dimensions, name);
  image.components = channels == 0U ? static_cast<std::size_t>(dimensions.back()) : 1;
}

void set_nrrd_place(TextImageHeader& image, const TextHeader& header) {
  const std::string file = header.find("data file").value_or(header.find("datafile").value_or(""));
  refuse_several_files(header, file, "nrrd");
  const std::string encoding = to_lower(header.at("encoding"));
  if (encoding != "raw" && encoding != "gzip" && encoding != "gz") {
    header.refuse("encoding " + encoding.substr(0, 40) + " is not read; save the image with encoding raw or gzip");
  }
  image.packing = encoding == "raw" ? Packing::kRaw : Packing::kGzip;
  image.data_file = file;
  image.raster.offset = file.empty() ? header.end() : 0;
  for (const char* field : {"byte skip", "byteskip"}) {
    image.skipped = header.find(field) ? header.integers(field, 1).front() : image.skipped;
  }
  const bool lines = header.find("line skip").value_or(header.find("lineskip").value_or("0")) != "0";
  if (lines || (image.skipped != 0 && image.packing != Packing::kRaw)) {
    header.refuse("skipped lines, and bytes skipped in compressed data, are not read; save the image as one .nrrd file");
  }
}

} // namespace

TextImageHeader parse_nrrd(std::string_view front, const std::string& name) {
  const TextHeader header(front, ':', "", name);
  TextImageHeader image;
  image.raster.header.format = image.raster.header.affine_source = "NRRD";
  image.raster.encoding.element = nrrd_element(header);
  const std::string endian = to_lower(header.find("endian").value_or(""));
  if (element_size(image.raster.encoding.element) > 1 && endian != "little" && endian != "big") {
    header.refuse("field 'endian' is neither little nor big");
  }
  image.raster.encoding.order = endian == "big" ? std::endian::big : std::endian::little;
  const std::vector<Axis> axes = axes_of(header);
  set_axes(image, header, axes, name);
  set_affine(image.raster.header, header, axes);
  set_nrrd_place(image, header);
  return image;
}

} // namespace brainmvp::io
