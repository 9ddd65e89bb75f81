#include "io/text_image.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "io/gzip.h"
#include "io/text_header.h"

namespace brainmvp::io {
namespace {

constexpr std::uint64_t kTextFrontBytes = (1U << 16) + 1; // one more than the longest header

// Throws unless `there` bytes can be, or unpack to, all voxels.
void check_size(const InputFile& input, std::uint64_t needed, std::uint64_t there, bool packed) {
  if ((packed ? gunzip_bound(there) : there) < needed) {
    throw Error(ExitCode::kBadInput, input.name + ": the header promises " + std::to_string(needed) + " bytes of voxels, and " +
                                         std::to_string(there) + (packed ? " compressed ones" : "") +
                                         " are there; the file is truncated or its header is wrong");
  }
}

std::uint64_t first_byte(const TextImageHeader& image, const InputFile& input, const InputFile& data, std::uint64_t needed) {
  if (image.skipped < -1) {
    throw Error(ExitCode::kBadInput,
                input.name + ": skips " + std::to_string(image.skipped) + " bytes, where a number from 0 up or -1 is needed");
  }
  if (image.skipped == -1 && image.packing == Packing::kRaw) {
    return data.size - std::min(needed, data.size);
  }
  return std::min(image.raster.offset + static_cast<std::uint64_t>(std::max<std::int64_t>(image.skipped, 0)), data.size);
}

// The unpacked voxels; `offset` is set to where the first one is.
Buffer unpack(const TextImageHeader& image, const InputFile& input, const Buffer& raw, std::uint64_t start,
              std::uint64_t needed) {
  const std::span<const std::byte> packed = raw.bytes().subspan(start);
  Buffer voxels(0);
  if (image.packing == Packing::kGzip) {
    if (!is_gzip(packed)) {
      throw Error(ExitCode::kBadInput, input.name + ": the header says that the voxels are in gzip, and they are not");
    }
    voxels = gunzip(packed, needed, input.name).buffer;
  } else {
    voxels = unzip_stream(packed, needed, input.name);
  }
  check_size(input, needed, voxels.size, false);
  return voxels;
}

// Components interleaved voxel by voxel become channel after channel.
void separate_components(TextImage& image, std::size_t components) {
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

TextImageHeader parse_text(const InputFile& input, TextFormat format) {
  const Buffer front = read_front(input, kTextFrontBytes);
  const std::string_view text = as_text(front.bytes());
  return format == TextFormat::kNrrd ? parse_nrrd(text, input.name) : parse_meta_image(text, input.name);
}

std::filesystem::path data_path(const InputFile& input, const TextImageHeader& header) {
  return header.data_file.empty() ? input.path : input.path.parent_path() / header.data_file;
}

void read_voxels(const InputFile& input, const InputFile& data, const TextImageHeader& header, TextImage& image) {
  const std::uint64_t needed = header.raster.voxel_bytes();
  const std::uint64_t start = first_byte(header, input, data, needed);
  if (header.packing == Packing::kRaw) {
    image.voxels = read_front(data, start + needed);
    check_size(input, needed, image.voxels.size - start, false);
    image.offset = start;
  } else {
    image.voxels = unpack(header, input, read_front(data, data.size), start, needed);
  }
  if (header.components > 1) {
    separate_components(image, header.components);
  }
}

} // namespace

TextFormat text_format(std::span<const std::byte> front, const InputFile& input) {
  const std::string_view text = as_text(front);
  if (text.starts_with("NRRD0")) {
    return TextFormat::kNrrd;
  }
  const std::string extension = to_lower(input.path.extension().string());
  const bool header = text.find("ObjectType") != std::string_view::npos || text.find("NDims") != std::string_view::npos;
  return (extension == ".mha" || extension == ".mhd") && header ? TextFormat::kMetaImage : TextFormat::kNone;
}

std::filesystem::path text_data_file(const InputFile& input, TextFormat format) {
  return data_path(input, parse_text(input, format));
}

TextImage read_text_image(const InputFile& input, TextFormat format, bool header_only) {
  const TextImageHeader header = parse_text(input, format);
  with_context(input.name, [&] { (void)header.raster.header.affine.inverse(); });
  const InputFile data =
      header.data_file.empty() ? input : with_context(input.name, [&] { return find_input(data_path(input, header)); });
  const std::uint64_t needed = header.raster.voxel_bytes();
  check_size(input, needed, data.size - first_byte(header, input, data, needed), header.packing != Packing::kRaw);
  TextImage image{.header = header.raster.header, .encoding = header.raster.encoding};
  if (!header_only) {
    read_voxels(input, data, header, image);
  }
  return image;
}

} // namespace brainmvp::io
