// The right to write into a store: one process has it for the whole store, or several have it for shards.
#pragma once

#include <filesystem>

namespace brainmvp::store {

enum class Access { kWhole, kShard };

class StoreLock {
public:
  // Creates the folder when it is missing. With kWhole, nobody else writes: what killed runs left half done is removed. With
  // kShard, others may hold kShard too, and everything stays. Throws Error(kOutput) when the folder holds something that is
  // not a store or cannot be written, or when another process has a right that excludes this one; warns where the file system
  // has no locks. File systems that several machines share must have locks that hold across them.
  StoreLock(const std::filesystem::path& store, Access access);
  ~StoreLock();
  StoreLock(const StoreLock&) = delete;
  StoreLock& operator=(const StoreLock&) = delete;

private:
  int descriptor_ = -1;
};

} // namespace brainmvp::store
