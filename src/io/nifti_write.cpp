#include <algorithm>
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

// stored = round(value / slope), clamped to T; NaN becomes 0.
template <class T, class Value>
void put_voxels(std::span<std::byte> bytes, std::span<const Value> values, double slope) {
  std::byte* to = bytes.data();
  for (const Value value : values) {
    T stored;
    if constexpr (std::is_same_v<T, float>) {
      stored = slope == 1 ? static_cast<float>(value) : static_cast<float>(static_cast<double>(value) / slope);
    } else {
      const double scaled = std::nearbyint(static_cast<double>(value) / slope);
      stored = std::isnan(scaled) ? T{0}
                                  : static_cast<T>(std::clamp(scaled, static_cast<double>(std::numeric_limits<T>::min()),
                                                              static_cast<double>(std::numeric_limits<T>::max())));
    }
    stored = swapped(stored, std::endian::native != std::endian::little);
    std::memcpy(to, &stored, sizeof(T));
    to += sizeof(T);
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
void write(const std::filesystem::path& path, const image::BasicVolume<T>& volume, const WriteOptions& options) {
  check(path, volume, options);
  std::vector<std::byte> file(kDataOffset + volume.voxels() * stored_form(options.type).bytes);
  const std::span<std::byte> bytes(file);
  put_header(bytes, volume.size, volume.affine, options);
  const std::span<std::byte> voxels = bytes.subspan(kDataOffset);
  const std::span<const T> values(volume.data);
  // The header holds the slope in single precision; dividing by that value keeps the round trip exact.
  const auto slope = static_cast<double>(static_cast<float>(options.slope));
  switch (options.type) {
  case StoredType::kUint8:
    put_voxels<std::uint8_t>(voxels, values, slope);
    break;
  case StoredType::kInt16:
    put_voxels<std::int16_t>(voxels, values, slope);
    break;
  case StoredType::kInt32:
    put_voxels<std::int32_t>(voxels, values, slope);
    break;
  case StoredType::kFloat32:
    put_voxels<float>(voxels, values, slope);
    break;
  }
  const bool zipped = to_lower(path.extension().string()) == ".gz";
  write_file(path, zipped ? gzip(bytes) : std::string_view(reinterpret_cast<const char*>(file.data()), file.size()));
}

} // namespace

void write_nifti(const std::filesystem::path& path, const image::Volume& volume, const WriteOptions& options) {
  write(path, volume, options);
}

void write_nifti(const std::filesystem::path& path, const image::LabelVolume& volume, const WriteOptions& options) {
  write(path, volume, options);
}

} // namespace brainmvp::io
