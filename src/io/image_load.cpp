#include "io/image_load.h"

#include <array>
#include <cmath>
#include <string>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "io/gzip.h"
#include "io/image_parts.h"
#include "io/input_file.h"
#include "io/raster.h"
#include "io/text_image.h"

namespace brainmvp::io {
namespace fs = std::filesystem;
namespace {

// More than this after the voxels means that the header describes something else.
constexpr std::uint64_t kTrailingBytes = 1U << 20;
constexpr std::size_t kFrontBytes = 1U << 17; // holds the longest gzip header and kHeaderBytes behind it

std::string promise(const Raster& raster) {
  const image::Size& size = raster.header.size;
  return "the header promises " + std::to_string(raster.voxel_bytes()) + " bytes of voxels (" + std::to_string(size[0]) + " x " +
         std::to_string(size[1]) + " x " + std::to_string(size[2]) +
         (raster.header.channels > 1 ? " x " + std::to_string(raster.header.channels) : "") + ", " +
         element_name(raster.encoding.element) + ") from byte " + std::to_string(raster.offset);
}

void check_there(const Raster& raster, std::uint64_t there, const std::string& name) {
  const std::uint64_t found = there > raster.offset ? there - raster.offset : 0;
  if (found < raster.voxel_bytes()) {
    refuse_input(name,
                 promise(raster) + ", and " + std::to_string(found) + " are there; the file is truncated or its header is wrong");
  }
  if (found - raster.voxel_bytes() > kTrailingBytes) {
    refuse_input(name, promise(raster) + ", and " + std::to_string(found) + " are there; the header's dimensions are wrong");
  }
}

// "scan.hdr" -> "scan.img", or "scan.img.gz" when only that is there; the same the other way round.
fs::path partner_of(const fs::path& path, const char* extension) {
  fs::path base = path;
  if (to_lower(base.extension().string()) == ".gz") {
    base.replace_extension();
  }
  const std::string own = base.extension().string();
  const bool upper = own.size() > 1 && own[1] >= 'A' && own[1] <= 'Z';
  std::string other = extension;
  if (upper) {
    std::ranges::transform(other, other.begin(),
                           [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  }
  base.replace_extension(other);
  const fs::path zipped = base.string() + (upper ? ".GZ" : ".gz");
  std::error_code ignored;
  return !fs::exists(base, ignored) && fs::exists(zipped, ignored) ? zipped : base;
}

bool is_img(const fs::path& path) {
  const std::string name = to_lower(path.filename().string());
  return name.ends_with(".img") || name.ends_with(".img.gz");
}

struct Voxels {
  Buffer buffer{0};
  std::uint64_t there = 0; // bytes of the unpacked file
  std::vector<std::string> warnings;
};

// Reads and unpacks `input`, whose voxels `raster` describes.
Voxels read_all(const InputFile& input, const Raster& raster) {
  Buffer raw = read_front(input, input.size);
  if (!is_gzip(raw.bytes())) {
    const std::size_t size = raw.size;
    return {.buffer = std::move(raw), .there = size, .warnings = {}};
  }
  Unzipped unzipped = gunzip(raw.bytes(), raster.offset + raster.voxel_bytes() + kTrailingBytes, input.name);
  const std::size_t size = unzipped.buffer.size;
  return {.buffer = std::move(unzipped.buffer), .there = size, .warnings = std::move(unzipped.warnings)};
}

// Before anything is allocated: can the file hold what its header promises?
void check_plausible(const InputFile& input, const Raster& raster, bool gzipped) {
  if (!gzipped) {
    check_there(raster, input.size, input.name);
  } else if (raster.offset + raster.voxel_bytes() > gunzip_bound(input.size)) {
    refuse_input(input.name, promise(raster) + ", which " + std::to_string(input.size) +
                                 " compressed bytes cannot hold; the header is wrong");
  }
}

void warn_of_name(const InputFile& input, bool gzipped, ImageHeader& header) {
  const std::string extension = to_lower(input.path.extension().string());
  const bool named = extension == ".gz" || extension == ".mgz";
  if (gzipped != named) {
    header.warnings.emplace_back(gzipped ? "is gzip-compressed though its name does not say so"
                                         : "is not gzip-compressed though its name says so");
  }
}

std::string describe_unknown(std::span<const std::byte> front) {
  constexpr std::array<char, 17> kDigits{"0123456789abcdef"};
  std::string bytes;
  for (std::size_t i = 0; i < std::min<std::size_t>(front.size(), 8); ++i) {
    const auto value = std::to_integer<unsigned>(front[i]);
    bytes += std::string(i > 0 ? " " : "") + kDigits[value >> 4U] + kDigits[value & 15U];
  }
  return "is not an image of a known format (NIfTI, MGH, NRRD, MetaImage, plain or in gzip); it starts with the bytes " + bytes;
}

Raster parse(std::span<const std::byte> front, const std::string& name) {
  if (looks_like_nifti(front)) {
    return parse_nifti(front, name);
  }
  if (looks_like_mgh(front)) {
    return parse_mgh(front, name);
  }
  refuse_input(name, describe_unknown(front));
}

Raster parse_packed(const InputFile& input, const Buffer& packed_front) {
  if (!is_gzip(packed_front.bytes())) {
    return parse(packed_front.bytes(), input.name);
  }
  const std::vector<std::byte> unpacked = gunzip_front(packed_front.bytes(), kHeaderBytes, input.name);
  refuse_foreign(unpacked, input.name);
  return parse(unpacked, input.name);
}

Loaded load_raw(const InputFile& input, const Buffer& packed_front, bool header_only) {
  const bool gzipped = is_gzip(packed_front.bytes());
  Raster raster = parse_packed(input, packed_front);
  raster.header.warnings.insert(raster.header.warnings.begin(), input.warnings.begin(), input.warnings.end());
  warn_of_name(input, gzipped, raster.header);

  const InputFile data = raster.separate_data ? find_input(partner_of(input.path, ".img")) : input;
  const bool data_gzipped = raster.separate_data ? is_gzip(read_front(data, 2).bytes()) : gzipped;
  check_plausible(data, raster, data_gzipped);
  Loaded loaded{.name = input.name, .header = {}, .encoding = raster.encoding};
  if (!header_only) {
    Voxels voxels = read_all(data, raster);
    check_there(raster, voxels.there, data.name);
    loaded.buffer = std::move(voxels.buffer);
    loaded.voxels = loaded.buffer.bytes().subspan(raster.offset, raster.voxel_bytes());
    raster.header.warnings.insert(raster.header.warnings.end(), voxels.warnings.begin(), voxels.warnings.end());
    const std::uint64_t trailing = voxels.there - raster.offset - raster.voxel_bytes();
    if (trailing > 0 && !raster.trailing_is_usual) {
      raster.header.warnings.push_back(std::to_string(trailing) + " bytes after the voxels were ignored");
    }
  }
  loaded.header = std::move(raster.header);
  return loaded;
}

Loaded load_text(const InputFile& input, TextFormat format, bool header_only) {
  TextImage image = read_text_image(input, format, header_only);
  image.header.warnings.insert(image.header.warnings.begin(), input.warnings.begin(), input.warnings.end());
  Loaded loaded{
      .name = input.name, .header = std::move(image.header), .encoding = image.encoding, .buffer = std::move(image.voxels)};
  if (!header_only) {
    loaded.voxels = loaded.buffer.bytes().subspan(image.offset);
  }
  return loaded;
}

// Beyond this a spacing is nonsense, and a grid of 1 mm over it would fill any memory.
void check_extent(const Loaded& loaded) {
  constexpr double kWidestMm = 10'000;
  const image::Vector spacing = loaded.header.affine.spacing_mm();
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double extent_mm = spacing[axis] * static_cast<double>(loaded.header.size[axis]);
    if (!(extent_mm < kWidestMm)) {
      refuse_input(loaded.name, "its grid is " + shortest(std::round(extent_mm / 1000)) + " m wide (" +
                                    std::to_string(loaded.header.size[axis]) + " voxels of " + shortest(spacing[axis]) +
                                    " mm), which is no head; correct the header's spacing");
    }
  }
}

InputFile find_header(const fs::path& path) { return find_input(is_img(path) ? partner_of(path, ".hdr") : path); }

Loaded load_file(const fs::path& path, bool header_only) {
  const InputFile input = find_header(path);
  const Buffer front = read_front(input, kFrontBytes);
  refuse_foreign(front.bytes(), input.name);
  const TextFormat format = text_format(front.bytes(), input);
  return format != TextFormat::kNone ? load_text(input, format, header_only) : load_raw(input, front, header_only);
}

} // namespace

bool is_data_of_header(const fs::path& path) {
  std::error_code ignored;
  return is_img(path) && fs::exists(partner_of(path, ".hdr"), ignored);
}

std::vector<fs::path> files_of_image(const fs::path& image) {
  std::vector<fs::path> files{image};
  const auto add = [&files](const fs::path& file) {
    std::error_code ignored;
    if (file != files.front() && fs::is_regular_file(file, ignored)) {
      files.push_back(file);
    }
  };
  try {
    const InputFile input = find_header(image);
    const Buffer front = read_front(input, kFrontBytes);
    const TextFormat format = text_format(front.bytes(), input);
    fs::path data = input.path;
    if (format != TextFormat::kNone) {
      data = text_data_file(input, format);
    } else if (parse_packed(input, front).separate_data) {
      data = partner_of(input.path, ".img");
    }
    add(input.path);
    add(data);
  } catch (const Error&) { // said where the image is read
  }
  return files;
}

std::span<const std::byte> Loaded::channel(std::size_t channel) const {
  const std::size_t bytes = image::voxel_count(header.size) * element_size(encoding.element);
  return voxels.subspan(channel * bytes, bytes);
}

image::Size Loaded::stored_size() const {
  image::Size size{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    size[order.source_axis[axis]] = header.size[axis];
  }
  return size;
}

Loaded load_image(const ImageSource& source, bool header_only) {
  const ImageInMemory* memory = source.in_memory();
  Loaded loaded = memory == nullptr ? load_file(source.path(), header_only) : load_memory(*memory);
  check_extent(loaded);
  loaded.header.data_type = element_name(loaded.encoding.element);
  loaded.header.slope = loaded.encoding.slope;
  loaded.header.intercept = loaded.encoding.intercept;
  return loaded;
}

} // namespace brainmvp::io
