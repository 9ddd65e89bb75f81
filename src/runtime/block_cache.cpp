#include "runtime/block_cache.h"

#include <c10/core/CPUAllocator.h>
#include <c10/util/Exception.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <mutex>
#include <unordered_map>

namespace brainmvp::runtime {
namespace {

constexpr std::size_t kLarge = 1 << 20; // bytes
constexpr std::size_t kPage = 4096;
constexpr std::size_t kFit = 8;   // a block is at most one part in so many larger than what it is taken for
constexpr std::size_t kSpare = 4; // one part in so many may be kept beside what was ever used

std::size_t whole_pages(std::size_t bytes) { return (bytes + kPage - 1) / kPage * kPage; }

class Blocks {
public:
  void* take(std::size_t bytes) {
    const std::size_t needed = whole_pages(bytes);
    const std::lock_guard lock(mutex_);
    const auto found = kept_.lower_bound(needed);
    if (found != kept_.end() && found->first <= needed + needed / kFit) {
      const auto [size, block] = *found;
      kept_.erase(found);
      kept_bytes_ -= size;
      return use(block, size);
    }
    return use(map(needed), needed);
  }

  // Whether it is one of these.
  bool give_back(void* block) {
    const std::lock_guard lock(mutex_);
    const auto found = used_.find(block);
    if (found == used_.end()) {
      return false;
    }
    kept_.emplace(found->second, block);
    kept_bytes_ += found->second;
    used_bytes_ -= found->second;
    used_.erase(found);
    return true;
  }

  std::size_t bytes() {
    const std::lock_guard lock(mutex_);
    return used_bytes_ + kept_bytes_;
  }

private:
  void* use(void* block, std::size_t size) {
    used_.emplace(block, size);
    used_bytes_ += size;
    most_used_ = std::max(most_used_, used_bytes_);
    return block;
  }

  void* map(std::size_t size) {
    const std::size_t most = std::max(most_used_, used_bytes_ + size);
    leave(most + most / kSpare - used_bytes_ - size);
    void* block = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (block == MAP_FAILED) {
      leave(0);
      block = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    }
    TORCH_CHECK_WITH(OutOfMemoryError, block != MAP_FAILED, "not enough memory: a tensor needs ", size, " bytes");
    ::madvise(block, size, MADV_HUGEPAGE); // fewer page faults; where the system has no large pages, nothing changes
    return block;
  }

  // Gives kept blocks back to the system until at most `bytes` are left, large ones first.
  void leave(std::size_t bytes) {
    while (kept_bytes_ > bytes) {
      const auto largest = std::prev(kept_.end());
      ::munmap(largest->second, largest->first);
      kept_bytes_ -= largest->first;
      kept_.erase(largest);
    }
  }

  std::mutex mutex_;
  std::unordered_map<void*, std::size_t> used_;
  std::multimap<std::size_t, void*> kept_; // by size
  std::size_t used_bytes_ = 0, kept_bytes_ = 0, most_used_ = 0;
};

Blocks& blocks() {
  static auto* const of_process = new Blocks; // never freed: tensors live on until the process ends
  return *of_process;
}

void free_tensor(void* block) {
  const bool may_be_large = reinterpret_cast<std::uintptr_t>(block) % kPage == 0;
  if (!may_be_large || !blocks().give_back(block)) {
    c10::GetDefaultCPUAllocator()->raw_deallocate(block);
  }
}

class BlockAllocator : public c10::Allocator {
public:
  c10::DataPtr allocate(std::size_t bytes) override {
    void* block = bytes < kLarge ? c10::GetDefaultCPUAllocator()->raw_allocate(bytes) : blocks().take(bytes);
    return {block, block, &free_tensor, c10::Device(c10::DeviceType::CPU)};
  }

  [[nodiscard]] c10::DeleterFnPtr raw_deleter() const override { return &free_tensor; }
  void copy_data(void* to, const void* from, std::size_t bytes) const override { default_copy_data(to, from, bytes); }
};

} // namespace

void keep_large_blocks() {
  static BlockAllocator allocator;
  c10::SetCPUAllocator(&allocator);
}

std::size_t bytes_in_large_blocks() { return blocks().bytes(); }

} // namespace brainmvp::runtime
