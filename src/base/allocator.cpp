#include "base/allocator.h"

#include <malloc.h>

#include <limits>

namespace brainmvp {

void keep_freed_memory() {
#ifdef __GLIBC__
  ::mallopt(M_MMAP_THRESHOLD, std::numeric_limits<int>::max());
  ::mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
#endif
}

void return_freed_memory() {
#ifdef __GLIBC__
  constexpr int kLargestThreshold = 32 << 20; // mallopt(3), M_MMAP_THRESHOLD: where the dynamic threshold ends
  ::mallopt(M_MMAP_THRESHOLD, kLargestThreshold);
  ::mallopt(M_TRIM_THRESHOLD, 2 * kLargestThreshold);
  ::malloc_trim(0);
#endif
}

} // namespace brainmvp
