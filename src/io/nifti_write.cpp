#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/text.h"
#include "io/bytes.h"
#include "io/gzip.h"
#include "io/image_file.h"
#include "io/nifti_affine.h"

namespace brainmvp::io {
namespace {

constexpr std::size_t kDataOffset = 352; // header and an empty extension flag
constexpr std::uint8_t kMillimetres = 2; // xyzt_units

struct Stored {
  std::int16_t datatype;
  std::size_t bytes;
};

Stored stored_form(StoredType type) {
  switch (type) {
  case StoredType::kUint8:
    return {.datatype = 2, .bytes = 1};
  case StoredType::kInt16:
    return {.datatype = 4, .bytes = 2};
  case StoredType::kInt32:
    return {.datatype = 8, .bytes = 4};
  case StoredType::kFloat32:
    return {.datatype = 16, .bytes = 4};
  }
  throw Error(ExitCode::kInternal, "unknown stored type");
}

void put_affine(FieldWriter& header, const image::Affine& affine, const WriteOptions& options) {
  const image::Vector spacing = affine.spacing_mm();
  const std::optional<Qform> qform = options.qform_code > 0 ? qform_of(affine) : std::nullopt;
  header.put(76, static_cast<float>(qform ? qform->qfac : 1.0));
  for (std::size_t axis = 0; axis < 3; ++axis) {
    header.put(80 + 4 * axis, static_cast<float>(spacing[axis]));
    if (qform) {
      header.put(256 + 4 * axis, static_cast<float>(qform->quatern[axis]));
      header.put(268 + 4 * axis, static_cast<float>(affine.translation[axis]));
    }
    for (std::size_t column = 0; column < 3; ++column) {
      header.put(280 + 16 * axis + 4 * column, static_cast<float>(affine.matrix[axis][column]));
    }
    header.put(280 + 16 * axis + 12, static_cast<float>(affine.translation[axis]));
  }
  header.put(252, static_cast<std::int16_t>(qform ? options.qform_code : 0));
  header.put(254, static_cast<std::int16_t>(options.sform_code));
}

void put_header(std::span<std::byte> bytes, const image::Size& size, const image::Affine& affine, const WriteOptions& options) {
  FieldWriter header(bytes);
  const Stored stored = stored_form(options.type);
  header.put(0, std::int32_t{348});
  header.put(40, std::int16_t{3});
  for (std::size_t axis = 0; axis < 7; ++axis) {
    header.put(42 + 2 * axis, static_cast<std::int16_t>(axis < 3 ? size[axis] : 1));
  }
  header.put(70, stored.datatype);
  header.put(72, static_cast<std::int16_t>(8 * stored.bytes));
  header.put(108, static_cast<float>(kDataOffset));
  header.put(112, static_cast<float>(options.slope));
  header.put(123, kMillimetres);
  put_affine(header, affine, options);
  std::memcpy(bytes.data() + 344, "n+1", 4);
}

// To the nearest integer, ties to even, for |value| < 2^51; vector code, which a call of std::nearbyint is not.
double to_whole(double value) {
  constexpr double kShift = 6755399441055744.0; // 1.5 * 2^52: the sum has no bits for fractions
  return (value + kShift) - kShift;
}

// stored = round(value / slope), clamped to T; NaN becomes 0. Each loop does what the compiler makes vector code of.
template <class T, class Value>
void put_integers(std::byte* to, std::span<const Value> values, double slope) {
  constexpr std::size_t kBlock = 512;
  std::array<double, kBlock> numbers;
  const double scale = 1 / slope;
  for (; !values.empty(); values = values.subspan(std::min(kBlock, values.size()))) {
    const std::size_t count = std::min(kBlock, values.size());
    for (std::size_t i = 0; i < count; ++i) {
      const double scaled = static_cast<double>(values[i]) * scale;
      numbers[i] = scaled == scaled ? scaled : 0;
    }
    for (std::size_t i = 0; i < count; ++i) {
      numbers[i] = std::max<double>(numbers[i], std::numeric_limits<T>::min());
    }
    for (std::size_t i = 0; i < count; ++i) {
      numbers[i] = std::min<double>(numbers[i], std::numeric_limits<T>::max());
    }
    for (std::size_t i = 0; i < count; ++i, to += sizeof(T)) {
      const auto whole = static_cast<T>(static_cast<std::int32_t>(to_whole(numbers[i])));
      const T stored = swapped(whole, std::endian::native != std::endian::little);
      std::memcpy(to, &stored, sizeof(T));
    }
  }
}

template <class Value>
void put_floats(std::byte* to, std::span<const Value> values, double slope) {
  for (const Value value : values) {
    const float number = slope == 1 ? static_cast<float>(value) : static_cast<float>(static_cast<double>(value) / slope);
    const float stored = swapped(number, std::endian::native != std::endian::little);
    std::memcpy(to, &stored, sizeof stored);
    to += sizeof stored;
  }
}

template <class T>
void check(const std::filesystem::path& path, const image::BasicVolume<T>& volume, const WriteOptions& options) {
  if (volume.data.size() != volume.voxels() || volume.data.empty() || !(std::abs(options.slope) > 0)) {
    throw Error(ExitCode::kInternal, path.string() + ": a volume to write has data that does not fit its size, or slope 0");
  }
  if (*std::ranges::max_element(volume.size) > std::numeric_limits<std::int16_t>::max()) {
    throw Error(ExitCode::kOutput, path.string() + ": NIfTI-1 holds at most 32767 voxels along an axis");
  }
}

template <class T>
Bytes encode(const image::BasicVolume<T>& volume, const WriteOptions& options) {
  Bytes bytes(kDataOffset + volume.voxels() * stored_form(options.type).bytes);
  std::ranges::fill(std::span(bytes).first(kDataOffset), std::byte{0});
  put_header(bytes, volume.size, volume.affine, options);
  std::byte* voxels = bytes.data() + kDataOffset;
  const std::span<const T> values(volume.data);
  // The header holds the slope in single precision; dividing by that value keeps the round trip exact.
  const auto slope = static_cast<double>(static_cast<float>(options.slope));
  switch (options.type) {
  case StoredType::kUint8:
    put_integers<std::uint8_t>(voxels, values, slope);
    break;
  case StoredType::kInt16:
    put_integers<std::int16_t>(voxels, values, slope);
    break;
  case StoredType::kInt32:
    put_integers<std::int32_t>(voxels, values, slope);
    break;
  case StoredType::kFloat32:
    put_floats(voxels, values, slope);
    break;
  }
  return bytes;
}

template <class T>
void write(const std::filesystem::path& path, const image::BasicVolume<T>& volume, const WriteOptions& options) {
  check(path, volume, options);
  const Bytes bytes = encode(volume, options);
  const bool zipped = to_lower(path.extension().string()) == ".gz";
  write_file(path, zipped ? gzip(bytes) : std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

} // namespace

Bytes encode_nifti(const image::Volume& volume, const WriteOptions& options) {
  check("a volume", volume, options);
  return encode(volume, options);
}

void write_nifti(const std::filesystem::path& path, const image::Volume& volume, const WriteOptions& options) {
  write(path, volume, options);
}

void write_nifti(const std::filesystem::path& path, const image::LabelVolume& volume, const WriteOptions& options) {
  write(path, volume, options);
}

void write_nifti(const std::filesystem::path& path, const image::BasicVolume<std::uint8_t>& volume, const WriteOptions& options) {
  write(path, volume, options);
}

} // namespace brainmvp::io
