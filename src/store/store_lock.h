// The right to write into a store, held by one process at a time.
#pragma once

#include <filesystem>

namespace brainmvp::store {

class StoreLock {
public:
  // Creates the folder when it is missing, and removes temporaries of killed runs. Throws Error(kOutput) when the folder
  // holds something that is not a store, or another process holds the lock.
  explicit StoreLock(const std::filesystem::path& store);
  ~StoreLock();
  StoreLock(const StoreLock&) = delete;
  StoreLock& operator=(const StoreLock&) = delete;

private:
  int descriptor_ = -1;
};

} // namespace brainmvp::store
