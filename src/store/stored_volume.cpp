#include "store/stored_volume.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>
#include <variant>

#include "base/error.h"
#include "store/chunked_volume.h"
#include "store/copy_crop.h"
#include "store/mapped_file.h"
#include "store/records.h"

namespace brainmvp::store {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kHeaderBytes = 348; // NIfTI-1
constexpr std::int16_t kInt16Code = 4;
constexpr std::int16_t kUint8Code = 2;

template <class T>
T field(std::span<const std::byte> bytes, std::size_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

// One NIfTI file of the store, its header checked against study.json.
template <class Stored>
class MappedVolume {
public:
  MappedVolume(const fs::path& path, const image::Size& size) : file_(path), size_(size) {
    const std::span<const std::byte> bytes = file_.bytes();
    const std::size_t count = image::voxel_count(size);
    const std::int16_t code = sizeof(Stored) == 2 ? kInt16Code : kUint8Code;
    if (bytes.size() < kHeaderBytes || field<std::int32_t>(bytes, 0) != kHeaderBytes) {
      refuse_stored(path, std::to_string(bytes.size()) + " bytes that do not start with a NIfTI-1 header");
    }
    for (std::size_t axis = 0; axis < 3; ++axis) {
      if (field<std::int16_t>(bytes, 42 + 2 * axis) != static_cast<std::int64_t>(size[axis])) {
        refuse_stored(path, "another size than study.json says");
      }
    }
    const auto offset = static_cast<std::size_t>(std::max(field<float>(bytes, 108), 0.0F));
    if (field<std::int16_t>(bytes, 70) != code || offset < kHeaderBytes || offset % sizeof(Stored) != 0) {
      refuse_stored(path, "not the type of volume that a store has");
    }
    if (sizeof(Stored) == 2 && field<float>(bytes, 112) != 1 / kStoredOne) {
      refuse_stored(path, "scl_slope is not 1/4681");
    }
    if (bytes.size() != offset + count * sizeof(Stored)) {
      refuse_stored(path, std::to_string(bytes.size()) + " bytes where its header needs " +
                              std::to_string(offset + count * sizeof(Stored)) + ": truncated or changed");
    }
    values_ = {reinterpret_cast<const Stored*>(bytes.data() + offset), count};
  }

  // As copy_box of copy_crop.h.
  void copy_box(const Start& start, const image::Size& crop, const auto&... where) const {
    store::copy_box(values_, size_, start, crop, where...);
  }

private:
  MappedFile file_;
  image::Size size_;
  std::span<const Stored> values_;
};

void check_destination(const image::Size& size, std::size_t found) {
  if (found != image::voxel_count(size)) {
    throw Error(ExitCode::kInternal, "a crop's destination has " + std::to_string(found) + " elements, not those of the crop");
  }
}

using Form = std::variant<MappedVolume<std::int16_t>, MappedVolume<std::uint8_t>, ChunkedVolume>;

Form opened(const fs::path& path, const image::Size& size, VolumeKind kind) {
  if (path.extension() == kChunkedExtension) {
    return ChunkedVolume(path, size, kind == VolumeKind::kImage ? sizeof(std::int16_t) : sizeof(std::uint8_t));
  }
  if (kind == VolumeKind::kImage) {
    return MappedVolume<std::int16_t>(path, size);
  }
  return MappedVolume<std::uint8_t>(path, size);
}

} // namespace

struct StoredVolume::State {
  VolumeKind kind;
  Form form;

  template <class Stored>
  void copy_box(const Start& start, const image::Size& crop, const auto&... where) const {
    if (kind != (sizeof(Stored) == 2 ? VolumeKind::kImage : VolumeKind::kLabel)) {
      throw Error(ExitCode::kInternal, "an image is read as a label map, or the other way round");
    }
    if (const auto* chunks = std::get_if<ChunkedVolume>(&form)) {
      chunks->copy_box(start, crop, where...);
    } else {
      std::get<MappedVolume<Stored>>(form).copy_box(start, crop, where...);
    }
  }
};

StoredVolume::StoredVolume(const fs::path& path, const image::Size& size, VolumeKind kind)
    : state_(std::make_unique<State>(State{.kind = kind, .form = opened(path, size, kind)})) {}

StoredVolume::~StoredVolume() = default;
StoredVolume::StoredVolume(StoredVolume&&) noexcept = default;
StoredVolume& StoredVolume::operator=(StoredVolume&&) noexcept = default;

void StoredVolume::copy_crop(const Start& start, const image::Size& crop, Intensities intensities,
                             std::span<float> destination) const {
  check_destination(crop, destination.size());
  const Bounds bounds = bounds_of(intensities);
  const Reading reading{.scale = 1 / kStoredOne,
                        .low = static_cast<std::int16_t>(bounds.low * kStoredOne),
                        .high = static_cast<std::int16_t>(bounds.high * kStoredOne)};
  state_->copy_box<std::int16_t>(start, crop, reading, destination);
}

void StoredVolume::copy_crop(const Start& start, const image::Size& crop, std::span<std::uint8_t> destination) const {
  check_destination(crop, destination.size());
  state_->copy_box<std::uint8_t>(start, crop, destination);
}

} // namespace brainmvp::store
