// Raw bytes and fixed-layout headers, private to src/io.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/memory.h"

namespace brainmvp::io {

// A block that is not cleared on allocation, since it is filled at once.
struct Buffer {
  explicit Buffer(std::size_t capacity) : data(static_cast<std::byte*>(allocate_block(capacity))), size(capacity) {}
  [[nodiscard]] std::span<const std::byte> bytes() const { return {data.get(), size}; }

  struct Free {
    void operator()(std::byte* block) const noexcept { free_block(block); }
  };
  std::unique_ptr<std::byte[], Free> data;
  std::size_t size;
};

inline std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Reverses the bytes of a number when `swap` is set.
template <class T>
T swapped(T value, bool swap) {
  if (swap) {
    auto bytes = std::bit_cast<std::array<std::byte, sizeof(T)>>(value);
    std::ranges::reverse(bytes);
    value = std::bit_cast<T>(bytes);
  }
  return value;
}

// Fields of a header at fixed offsets. The caller has checked that the span holds the whole header.
class FieldReader {
public:
  FieldReader(std::span<const std::byte> bytes, std::endian order) : bytes_(bytes), swap_(order != std::endian::native) {}

  template <class T>
  [[nodiscard]] T at(std::size_t offset, std::size_t index = 0) const {
    std::array<std::byte, sizeof(T)> raw{};
    std::ranges::copy(bytes_.subspan(offset + index * sizeof(T), sizeof(T)), raw.begin());
    return swapped(std::bit_cast<T>(raw), swap_);
  }

private:
  std::span<const std::byte> bytes_;
  bool swap_;
};

// The same for writing, in little-endian order.
class FieldWriter {
public:
  explicit FieldWriter(std::span<std::byte> bytes) : bytes_(bytes) {}

  template <class T>
  void put(std::size_t offset, T value) {
    const auto raw = std::bit_cast<std::array<std::byte, sizeof(T)>>(swapped(value, std::endian::native != std::endian::little));
    std::ranges::copy(raw, bytes_.subspan(offset, sizeof(T)).begin());
  }

private:
  std::span<std::byte> bytes_;
};

} // namespace brainmvp::io
