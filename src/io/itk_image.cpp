#include "io/itk_image.h"

#include <itkMetaImageIO.h>
#include <itkNrrdImageIO.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "io/itk_stored.h"
#include "io/raster.h"

namespace brainmvp::io {
namespace {

[[noreturn]] void refuse(const InputFile& input, const std::string& reason) {
  throw Error(ExitCode::kBadInput, input.name + ": " + reason);
}

itk::ImageIOBase::Pointer make_reader(ItkFormat format) {
  if (format == ItkFormat::kNrrd) {
    return itk::NrrdImageIO::New().GetPointer();
  }
  return itk::MetaImageIO::New().GetPointer();
}

std::optional<Element> element_of(itk::IOComponentEnum type) {
  using Type = itk::IOComponentEnum;
  constexpr std::array<std::pair<Type, Element>, 10> kTypes{{
      {Type::CHAR, Element::kInt8},
      {Type::UCHAR, Element::kUint8},
      {Type::SHORT, Element::kInt16},
      {Type::USHORT, Element::kUint16},
      {Type::INT, Element::kInt32},
      {Type::UINT, Element::kUint32},
      {Type::LONGLONG, Element::kInt64},
      {Type::ULONGLONG, Element::kUint64},
      {Type::FLOAT, Element::kFloat32},
      {Type::DOUBLE, Element::kFloat64},
  }};
  for (const auto& [itk_type, element] : kTypes) {
    if (itk_type == type) {
      return element;
    }
  }
  if (type == Type::LONG || type == Type::ULONG) {
    return type == Type::LONG ? Element::kInt64 : Element::kUint64; // 8 bytes on the systems this runs on
  }
  return std::nullopt;
}

// ITK's directions and origin are in LPS mm.
void set_affine(ImageHeader& header, const itk::ImageIOBase& reader, unsigned axes) {
  constexpr std::array<double, 3> kLpsToRas{-1, -1, 1};
  header.affine = image::Affine{};
  for (unsigned axis = 0; axis < std::min(axes, 3U); ++axis) {
    const std::vector<double> direction = reader.GetDirection(axis);
    for (std::size_t row = 0; row < 3; ++row) {
      const double cosine = row < direction.size() ? direction[row] : (row == axis ? 1.0 : 0.0);
      header.affine.matrix[row][axis] = kLpsToRas[row] * cosine * reader.GetSpacing(axis);
    }
    header.affine.translation[axis] = kLpsToRas[axis] * reader.GetOrigin(axis);
  }
  if (axes < 3) {
    header.warnings.emplace_back("the image has two axes; it is read as one slice of 1 mm");
  }
}

// Components interleaved voxel by voxel become channel after channel.
void separate_components(ItkImage& image, std::size_t components) {
  const std::size_t bytes = element_size(image.encoding.element);
  const std::size_t voxels = (image.voxels.size - image.offset) / components / bytes;
  Buffer planar(components * voxels * bytes);
  for (std::size_t at = 0; at < voxels; ++at) {
    for (std::size_t c = 0; c < components; ++c) {
      std::memcpy(planar.data.get() + (c * voxels + at) * bytes,
                  image.voxels.data.get() + image.offset + (at * components + c) * bytes, bytes);
    }
  }
  image.voxels = std::move(planar);
  image.offset = 0;
}

void check_pixel(const InputFile& input, const itk::ImageIOBase& reader) {
  using Pixel = itk::IOPixelEnum;
  const Pixel pixel = reader.GetPixelType();
  if (pixel != Pixel::SCALAR && pixel != Pixel::VECTOR && pixel != Pixel::FIXEDARRAY && pixel != Pixel::VARIABLELENGTHVECTOR) {
    refuse(input, "voxels of type " + itk::ImageIOBase::GetPixelTypeAsString(pixel) +
                      " are not read; save the image with one real number a voxel");
  }
}

void describe(const InputFile& input, ItkFormat format, const itk::ImageIOBase& reader, Raster& raster) {
  check_pixel(input, reader);
  const std::optional<Element> element = element_of(reader.GetComponentType());
  if (!element) {
    refuse(input, "voxels of type " + itk::ImageIOBase::GetComponentTypeAsString(reader.GetComponentType()) + " are not read");
  }
  raster.encoding = {.element = *element, .order = std::endian::native};
  raster.header.format = format == ItkFormat::kNrrd ? "NRRD" : "MetaImage";
  raster.header.affine_source = raster.header.format;
  const unsigned axes = reader.GetNumberOfDimensions();
  if (axes < 2 || axes > 4) {
    refuse(input, std::to_string(axes) + " axes, where 2 to 4 are possible");
  }
  std::vector<std::int64_t> dimensions;
  for (unsigned axis = 0; axis < axes; ++axis) {
    dimensions.push_back(static_cast<std::int64_t>(reader.GetDimensions(axis)));
  }
  dimensions.resize(std::max<std::size_t>(dimensions.size(), 3), 1);
  dimensions.push_back(reader.GetNumberOfComponents());
  set_dimensions(raster, dimensions, input.name);
  set_affine(raster.header, reader, axes);
  with_context(input.name, [&] { (void)raster.header.affine.inverse(); });
}

// NRRD's voxels, in native order.
Buffer read_nrrd_voxels(const InputFile& input, itk::ImageIOBase& reader, std::uint64_t needed) {
  check_nrrd_stored(input, needed);
  const unsigned axes = reader.GetNumberOfDimensions();
  itk::ImageIORegion region(axes);
  for (unsigned axis = 0; axis < axes; ++axis) {
    region.SetIndex(axis, 0);
    region.SetSize(axis, reader.GetDimensions(axis));
  }
  reader.SetIORegion(region);
  Buffer voxels(needed);
  reader.Read(voxels.data.get());
  return voxels;
}

void read_voxels(const InputFile& input, ItkFormat format, itk::ImageIOBase& reader, std::uint64_t needed, ItkImage& image) {
  if (format == ItkFormat::kNrrd) {
    image.voxels = read_nrrd_voxels(input, reader, needed);
  } else {
    MetaVoxels meta = read_meta_voxels(input, needed);
    image.voxels = std::move(meta.buffer);
    image.offset = meta.offset;
    image.encoding.order = meta.order;
  }
  if (reader.GetNumberOfComponents() > 1) {
    separate_components(image, reader.GetNumberOfComponents());
  }
}

} // namespace

ItkFormat itk_format(std::span<const std::byte> front, const InputFile& input) {
  const std::string_view text(reinterpret_cast<const char*>(front.data()), front.size());
  if (text.starts_with("NRRD0")) {
    return ItkFormat::kNrrd;
  }
  const std::string extension = to_lower(input.path.extension().string());
  const bool header = text.find("ObjectType") != std::string_view::npos || text.find("NDims") != std::string_view::npos;
  return (extension == ".mha" || extension == ".mhd") && header ? ItkFormat::kMetaImage : ItkFormat::kNone;
}

ItkImage read_itk(const InputFile& input, ItkFormat format, bool header_only) {
  try {
    const itk::ImageIOBase::Pointer reader = make_reader(format);
    reader->SetFileName(input.path.string());
    reader->ReadImageInformation();
    Raster raster;
    describe(input, format, *reader, raster);
    ItkImage image{.header = raster.header, .encoding = raster.encoding, .voxels = Buffer(0)};
    if (!header_only) {
      read_voxels(input, format, *reader, raster.voxel_bytes(), image);
    }
    return image;
  } catch (const itk::ExceptionObject& error) {
    std::string reason = error.GetDescription();
    std::ranges::replace(reason, '\n', ' ');
    refuse(input, "cannot be read (" + reason + ")");
  }
}

} // namespace brainmvp::io
