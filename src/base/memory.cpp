#include "base/memory.h"

#include <cstdint>
#include <cstdlib>
#include <new>

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace brainmvp {
namespace {

constexpr std::size_t kLine = 64;                   // bytes
constexpr std::size_t kPage = std::size_t{1} << 21; // bytes of a large page
constexpr std::size_t kLarge = 2 * kPage;           // smaller blocks stay on small pages

} // namespace

void prefer_large_pages(void* data, std::size_t bytes) noexcept {
#ifdef MADV_HUGEPAGE
  const auto first = (reinterpret_cast<std::uintptr_t>(data) + kPage - 1) / kPage * kPage;
  const auto end = (reinterpret_cast<std::uintptr_t>(data) + bytes) / kPage * kPage;
  if (bytes >= kLarge && end > first) {
    (void)::madvise(reinterpret_cast<void*>(first), end - first, MADV_HUGEPAGE);
  }
#else
  (void)data;
  (void)bytes;
#endif
}

void* allocate_block(std::size_t bytes) {
  const std::size_t unit = bytes >= kLarge ? kPage : kLine;
  void* block = std::aligned_alloc(unit, (bytes / unit + 1) * unit);
  if (block == nullptr) {
    throw std::bad_alloc();
  }
  prefer_large_pages(block, bytes);
  return block;
}

void free_block(void* block) noexcept { std::free(block); }

} // namespace brainmvp
