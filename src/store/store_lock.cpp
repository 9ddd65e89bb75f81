#include "store/store_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <string>
#include <vector>

#include "base/atomic_file.h"
#include "base/error.h"

namespace brainmvp::store {
namespace fs = std::filesystem;
namespace {

// ".<process>.<name>", as base/atomic_file.h names what is not complete yet.
bool temporary(const std::string& name) {
  const std::size_t end = name.find_first_not_of("0123456789", 1);
  return name.starts_with('.') && end != std::string::npos && end > 1 && name[end] == '.';
}

void refuse_other_folder(const fs::path& store) {
  bool empty = true;
  for (const auto& entry : fs::directory_iterator(store)) {
    if (entry.path().filename() == "store.json" || fs::exists(entry.path() / "study.json")) {
      return;
    }
    empty = empty && temporary(entry.path().filename().string());
  }
  if (!empty) {
    throw Error(ExitCode::kOutput, store.string() + ": exists and is not a store; choose another folder");
  }
}

void remove_temporaries(const fs::path& store) {
  std::vector<fs::path> leftovers;
  for (const auto& entry : fs::directory_iterator(store)) {
    if (temporary(entry.path().filename().string())) {
      leftovers.push_back(entry.path());
    }
  }
  std::ranges::for_each(leftovers, [](const fs::path& path) { fs::remove_all(path); });
}

} // namespace

StoreLock::StoreLock(const fs::path& store) {
  create_folders(store);
  try {
    refuse_other_folder(store);
    descriptor_ = ::open(store.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    // File systems without locks answer with other errors: there, nothing can be known.
    if (descriptor_ >= 0 && ::flock(descriptor_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
      ::close(descriptor_);
      throw Error(ExitCode::kOutput, store.string() + ": another process is preparing this store; wait for it to end");
    }
    remove_temporaries(store);
  } catch (const fs::filesystem_error& error) {
    throw_write_error(store, error.code().value());
  }
}

StoreLock::~StoreLock() {
  if (descriptor_ >= 0) {
    ::close(descriptor_);
  }
}

} // namespace brainmvp::store
