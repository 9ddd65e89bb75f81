#include "store/chunked_volume.h"

#include <zstd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "store/crop_part.h"

namespace brainmvp::store {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kChunkMagic = "BMVPCHNK";
constexpr std::uint32_t kChunkVersion = 1;
constexpr std::size_t kChunkSide = 32;
constexpr int kZstdLevel = 1; // of zstd; higher ones gain 1 % and read more slowly

struct ChunkHeader {
  std::array<char, 8> magic{};
  std::uint32_t version = kChunkVersion;
  std::uint32_t element_bytes = 0;
  std::uint32_t side = kChunkSide;
  std::uint32_t reserved = 0;
  std::array<std::uint64_t, 3> size{};
};
static_assert(sizeof(ChunkHeader) == 48);

struct ChunkPlace {
  std::uint64_t offset = 0; // of the file
  std::uint64_t bytes = 0;  // 0: all voxels are 0
};

std::size_t chunks_along(std::size_t voxels) { return (voxels + kChunkSide - 1) / kChunkSide; }

std::size_t chunk_count(const image::Size& size) { return chunks_along(size[0]) * chunks_along(size[1]) * chunks_along(size[2]); }

// First voxel and sides of a chunk, which are shorter at the end of an axis.
struct ChunkBox {
  std::array<std::size_t, 3> first{};
  std::array<std::size_t, 3> sides{};
  [[nodiscard]] std::size_t voxels() const { return sides[0] * sides[1] * sides[2]; }
};

ChunkBox chunk_box(const image::Size& size, const std::array<std::size_t, 3>& at) {
  ChunkBox box;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    box.first[axis] = at[axis] * kChunkSide;
    box.sides[axis] = std::min(kChunkSide, size[axis] - box.first[axis]);
  }
  return box;
}

// Byte b of every voxel, k fastest, before byte b + 1 of any: high bytes of neighbours are alike.
template <class Stored>
std::vector<std::uint8_t> shuffled(std::span<const Stored> values, const image::Size& size, const ChunkBox& box) {
  std::vector<std::uint8_t> bytes(box.voxels() * sizeof(Stored));
  std::size_t to = 0;
  for (std::size_t i = box.first[0]; i < box.first[0] + box.sides[0]; ++i) {
    for (std::size_t j = box.first[1]; j < box.first[1] + box.sides[1]; ++j) {
      for (std::size_t k = box.first[2]; k < box.first[2] + box.sides[2]; ++k, ++to) {
        const auto value = static_cast<unsigned>(values[i + size[0] * (j + size[1] * k)]);
        for (std::size_t byte = 0; byte < sizeof(Stored); ++byte) {
          bytes[to + byte * box.voxels()] = static_cast<std::uint8_t>(value >> (8 * byte));
        }
      }
    }
  }
  return bytes;
}

void append_bytes(io::Bytes& to, const void* from, std::size_t count) {
  const auto* bytes = static_cast<const std::byte*>(from);
  to.insert(to.end(), bytes, bytes + count);
}

// One frame with its checksum.
std::vector<std::uint8_t> compressed(const std::vector<std::uint8_t>& bytes) {
  const std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context(ZSTD_createCCtx(), ZSTD_freeCCtx);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, kZstdLevel);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  std::vector<std::uint8_t> frame(ZSTD_compressBound(bytes.size()));
  const std::size_t count = ZSTD_compress2(context.get(), frame.data(), frame.size(), bytes.data(), bytes.size());
  if (ZSTD_isError(count) != 0) {
    throw Error(ExitCode::kInternal, std::string("zstd does not compress a chunk: ") + ZSTD_getErrorName(count));
  }
  frame.resize(count);
  return frame;
}

template <class Stored>
io::Bytes encode_chunks(std::span<const Stored> values, const image::Size& size) {
  ChunkHeader header{.element_bytes = sizeof(Stored), .size = {size[0], size[1], size[2]}};
  std::ranges::copy(kChunkMagic, header.magic.begin());
  std::vector<ChunkPlace> places;
  io::Bytes frames;
  const std::size_t begin = sizeof header + chunk_count(size) * sizeof(ChunkPlace);
  for (std::size_t i = 0; i < chunks_along(size[0]); ++i) {
    for (std::size_t j = 0; j < chunks_along(size[1]); ++j) {
      for (std::size_t k = 0; k < chunks_along(size[2]); ++k) {
        const std::vector<std::uint8_t> bytes = shuffled(values, size, chunk_box(size, {i, j, k}));
        if (std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == 0; })) {
          places.emplace_back();
          continue;
        }
        const std::vector<std::uint8_t> frame = compressed(bytes);
        places.push_back({.offset = begin + frames.size(), .bytes = frame.size()});
        append_bytes(frames, frame.data(), frame.size());
      }
    }
  }
  io::Bytes file;
  append_bytes(file, &header, sizeof header);
  append_bytes(file, places.data(), places.size() * sizeof(ChunkPlace));
  append_bytes(file, frames.data(), frames.size());
  return file;
}

ChunkPlace place_of(std::span<const std::byte> file, std::size_t chunk) {
  ChunkPlace place;
  std::memcpy(&place, file.data() + sizeof(ChunkHeader) + chunk * sizeof place, sizeof place);
  return place;
}

} // namespace

io::Bytes encode_chunked(std::span<const std::int16_t> values, const image::Size& size) { return encode_chunks(values, size); }
io::Bytes encode_chunked(std::span<const std::uint8_t> values, const image::Size& size) { return encode_chunks(values, size); }

ChunkedVolume::ChunkedVolume(const fs::path& path, const image::Size& size, std::size_t element_bytes)
    : file_(path), path_(path), size_(size), element_bytes_(element_bytes) {
  const std::span<const std::byte> bytes = file_.bytes();
  ChunkHeader header;
  if (bytes.size() < sizeof header) {
    refuse_stored(path, std::to_string(bytes.size()) + " bytes, which hold no header of chunks");
  }
  std::memcpy(&header, bytes.data(), sizeof header);
  if (std::string_view(header.magic.data(), header.magic.size()) != kChunkMagic || header.version != kChunkVersion ||
      header.side != kChunkSide || header.element_bytes != element_bytes || header.reserved != 0) {
    refuse_stored(path, "not the type of volume that a store has");
  }
  if (header.size != std::array<std::uint64_t, 3>{size[0], size[1], size[2]}) {
    refuse_stored(path, "another size than study.json says");
  }
  if ((bytes.size() - sizeof header) / sizeof(ChunkPlace) < chunk_count(size)) {
    refuse_stored(path, std::to_string(bytes.size()) + " bytes, which end within the index: truncated");
  }
  for (std::size_t chunk = 0; chunk < chunk_count(size); ++chunk) {
    const ChunkPlace place = place_of(bytes, chunk);
    if (place.offset > bytes.size() || place.bytes > bytes.size() - place.offset) {
      refuse_stored(path, std::to_string(bytes.size()) + " bytes where its index needs more: truncated or changed");
    }
  }
}

// Empty for a chunk of zeros. The span holds until the next call in this thread.
std::span<const std::uint8_t> ChunkedVolume::decompressed(std::size_t chunk, std::size_t bytes) const {
  thread_local const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context(ZSTD_createDCtx(), ZSTD_freeDCtx);
  thread_local std::array<std::uint8_t, kChunkSide * kChunkSide * kChunkSide * sizeof(std::int16_t)> values;
  const ChunkPlace place = place_of(file_.bytes(), chunk);
  if (place.bytes == 0) {
    return {};
  }
  const std::size_t count =
      ZSTD_decompressDCtx(context.get(), values.data(), bytes, file_.bytes().data() + place.offset, place.bytes);
  if (count != bytes) {
    refuse_stored(path_, "chunk " + std::to_string(chunk) + " is damaged (" +
                             (ZSTD_isError(count) != 0 ? ZSTD_getErrorName(count) : "it has another size") + ")");
  }
  return {values.data(), bytes};
}

// Calls copy_row(place in the destination, count, low bytes, high bytes) for each row along k that a chunk shares with the crop;
// null bytes are zeros, and there are no high ones of single bytes.
template <class CopyRow>
void ChunkedVolume::visit_rows(const Start& start, const image::Size& crop, const CopyRow& copy_row) const {
  const Part part = part_inside(size_, start, crop);
  if (part.empty()) {
    return;
  }
  std::array<std::size_t, 3> from{};
  std::array<std::size_t, 3> to{}; // the last voxel and one
  for (std::size_t axis = 0; axis < 3; ++axis) {
    from[axis] = static_cast<std::size_t>(start[axis] + part.low[axis]);
    to[axis] = static_cast<std::size_t>(start[axis] + part.high[axis]);
  }
  const auto in_chunk = [&](const std::array<std::size_t, 3>& at) {
    const ChunkBox box = chunk_box(size_, at);
    const std::size_t chunk = (at[0] * chunks_along(size_[1]) + at[1]) * chunks_along(size_[2]) + at[2];
    const std::span<const std::uint8_t> bytes = decompressed(chunk, box.voxels() * element_bytes_);
    const auto low = [&](std::size_t axis) { return std::max(from[axis], box.first[axis]); };
    const auto high = [&](std::size_t axis) { return std::min(to[axis], box.first[axis] + box.sides[axis]); };
    const auto place = [&](std::size_t axis, std::size_t voxel) {
      return static_cast<std::size_t>(static_cast<std::int64_t>(voxel) - start[axis]);
    };
    for (std::size_t i = low(0); i < high(0); ++i) {
      for (std::size_t j = low(1); j < high(1); ++j) {
        const std::size_t row = ((i - box.first[0]) * box.sides[1] + j - box.first[1]) * box.sides[2] + low(2) - box.first[2];
        const std::uint8_t* const bytes_low = bytes.empty() ? nullptr : bytes.data() + row;
        copy_row((place(0, i) * crop[1] + place(1, j)) * crop[2] + place(2, low(2)), high(2) - low(2), bytes_low,
                 bytes.empty() || element_bytes_ == 1 ? nullptr : bytes_low + box.voxels());
      }
    }
  };
  for (std::size_t i = from[0] / kChunkSide; i < chunks_along(to[0]); ++i) {
    for (std::size_t j = from[1] / kChunkSide; j < chunks_along(to[1]); ++j) {
      for (std::size_t k = from[2] / kChunkSide; k < chunks_along(to[2]); ++k) {
        in_chunk({i, j, k});
      }
    }
  }
}

void ChunkedVolume::copy_box(const Start& start, const image::Size& crop, const Reading& reading,
                             std::span<float> destination) const {
  clear_outside(part_inside(size_, start, crop), crop, destination);
  const auto read = [&](int value) {
    return static_cast<float>(std::clamp<int>(value, reading.low, reading.high)) * reading.scale;
  };
  visit_rows(start, crop, [&](std::size_t at, std::size_t count, const std::uint8_t* low, const std::uint8_t* high) {
    float* const row = destination.data() + at;
    if (low == nullptr) {
      std::fill_n(row, count, read(0));
      return;
    }
    for (std::size_t k = 0; k < count; ++k) {
      row[k] = read(static_cast<std::int16_t>(low[k] | high[k] << 8));
    }
  });
}

void ChunkedVolume::copy_box(const Start& start, const image::Size& crop, std::span<std::uint8_t> destination) const {
  clear_outside(part_inside(size_, start, crop), crop, destination);
  visit_rows(start, crop, [&](std::size_t at, std::size_t count, const std::uint8_t* low, const std::uint8_t*) {
    std::uint8_t* const row = destination.data() + at;
    if (low == nullptr) {
      std::fill_n(row, count, std::uint8_t{0});
    } else {
      std::copy_n(low, count, row);
    }
  });
}

} // namespace brainmvp::store
