#include "register/output_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <vector>

#include "base/atomic_file.h"
#include "base/error.h"
#include "register/record.h"

namespace brainmvp::registration {
namespace fs = std::filesystem;
namespace {

std::vector<fs::path> leftovers_of_own_folder(const fs::path& path) {
  std::vector<fs::path> leftovers;
  bool foreign = false;
  bool own = false;
  for (const auto& entry : fs::directory_iterator(path)) {
    const std::string name = entry.path().filename().string();
    if (is_temporary(name)) {
      leftovers.push_back(entry.path());
      continue;
    }
    const bool ours = name == "registration.tsv" || fs::exists(entry.path() / kRecordFile);
    own = own || ours;
    foreign = foreign || !ours;
  }
  if (foreign && !own) {
    throw Error(ExitCode::kOutput, path.string() + ": exists and was not written by `brainmvp register`; choose another folder");
  }
  return leftovers;
}

} // namespace

OutputFolder::OutputFolder(const fs::path& path) {
  create_folders(path);
  try {
    std::vector<fs::path> leftovers = leftovers_of_own_folder(path);
    descriptor_ = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    // File systems without locks answer with other errors: there, nothing can be known.
    if (descriptor_ >= 0 && ::flock(descriptor_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
      ::close(descriptor_);
      throw Error(ExitCode::kOutput, path.string() + ": another process is writing this folder; wait for it to end");
    }
    for (const fs::path& leftover : leftovers) {
      fs::remove_all(leftover);
    }
  } catch (const fs::filesystem_error& error) {
    throw_write_error(path, error.code().value());
  }
}

OutputFolder::~OutputFolder() {
  if (descriptor_ >= 0) {
    ::close(descriptor_);
  }
}

} // namespace brainmvp::registration
