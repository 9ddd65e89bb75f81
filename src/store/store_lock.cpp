#include "store/store_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/log.h"

namespace brainmvp::store {
namespace fs = std::filesystem;
namespace {

// A file, since network file systems lock exclusively only what is open for writing. It stays: who removed it could let two
// processes lock two files of that name.
constexpr const char* kLockName = ".brainmvp.lock";

void refuse_other_folder(const fs::path& store) {
  bool empty = true;
  for (const auto& entry : fs::directory_iterator(store)) {
    const std::string name = entry.path().filename().string();
    if (name == kLockName || name == "store.json" || fs::exists(entry.path() / "study.json")) {
      return;
    }
    empty = empty && is_temporary(name);
  }
  if (!empty) {
    throw Error(ExitCode::kOutput, store.string() + ": exists and is not a store; choose another folder");
  }
}

int open_lock(const fs::path& file) {
  int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor < 0 && errno == EACCES) {
    descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC); // made by another member of the group
  }
  if (descriptor < 0) {
    throw_write_error(file, errno);
  }
  return descriptor;
}

} // namespace

StoreLock::StoreLock(const fs::path& store, Access access) {
  create_folders(store);
  try {
    refuse_other_folder(store);
    descriptor_ = open_lock(store / kLockName);
    const bool whole = access == Access::kWhole;
    const bool locked = ::flock(descriptor_, (whole ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0;
    if (!locked && errno == EWOULDBLOCK) {
      ::close(descriptor_);
      throw Error(ExitCode::kOutput, store.string() + ": another process is preparing this store" +
                                         (whole ? ", or a shard of it" : " as a whole") + "; wait for it to end");
    }
    if (!locked) {
      log::warning(store.string() + ": this file system has no locks; make sure that nothing but shards prepares this store at "
                                    "the same time. What killed runs left there is not removed");
    } else if (whole) {
      remove_temporaries(store);
    }
  } catch (const fs::filesystem_error& error) {
    throw_write_error(store, error.code().value());
  }
}

StoreLock::~StoreLock() { ::close(descriptor_); }

} // namespace brainmvp::store
