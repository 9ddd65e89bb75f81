// Memory for large arrays. Touching new memory in pages of 4 kB costs more than several passes over it, in virtual machines
// above all: large blocks ask for pages of 2 MB, and are not cleared where they are filled at once.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace brainmvp {

// A block that is not cleared; starts at a cache line, large ones at a 2 MB page. Throws std::bad_alloc.
[[nodiscard]] void* allocate_block(std::size_t bytes);
void free_block(void* block) noexcept;

// Asks for 2 MB pages behind memory that somebody else has taken; no effect where the system has none.
void prefer_large_pages(void* data, std::size_t bytes) noexcept;

// values.resize(count) for a large vector that is empty.
template <class T>
void resize_large(std::vector<T>& values, std::size_t count) {
  values.reserve(count);
  prefer_large_pages(values.data(), count * sizeof(T));
  values.resize(count);
}

// For vectors whose elements are written before they are read: resize() leaves them as they are.
template <class T>
struct BlockAllocator {
  using value_type = T; // NOLINT(readability-identifier-naming): the standard library asks for this name
  BlockAllocator() = default;
  template <class Other>
  BlockAllocator(const BlockAllocator<Other>&) {}

  [[nodiscard]] T* allocate(std::size_t count) { return static_cast<T*>(allocate_block(count * sizeof(T))); }
  void deallocate(T* block, std::size_t) noexcept { free_block(block); }

  template <class Other, class... Arguments>
  void construct(Other* place, Arguments&&... arguments) {
    if constexpr (sizeof...(Arguments) == 0) {
      ::new (static_cast<void*>(place)) Other;
    } else {
      std::construct_at(place, std::forward<Arguments>(arguments)...);
    }
  }

  bool operator==(const BlockAllocator&) const = default;
};

} // namespace brainmvp
