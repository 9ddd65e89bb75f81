#include "base/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>

#include "base/error.h"

namespace brainmvp {
namespace fs = std::filesystem;
namespace {

fs::path temporary_name(const fs::path& target) {
  return target.parent_path() / ("." + std::to_string(::getpid()) + "." + target.filename().string());
}

void flush_to_disk(const fs::path& path, int flags) {
  const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC);
  if (descriptor < 0) {
    throw_write_error(path, errno);
  }
  const int result = ::fsync(descriptor);
  const int error_number = errno;
  ::close(descriptor);
  if (result != 0 && error_number != EINVAL) { // some file systems cannot sync a folder
    throw_write_error(path, error_number);
  }
}

void rename_over(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (error) {
    throw_write_error(to, error.value());
  }
  flush_to_disk(to.parent_path().empty() ? "." : to.parent_path(), O_RDONLY | O_DIRECTORY);
}

} // namespace

void refuse_existing(const fs::path& path, bool force) {
  std::error_code ignored;
  if (!force && fs::exists(fs::symlink_status(path, ignored))) {
    throw Error(ExitCode::kOutput, path.string() + ": exists already; pass --force to replace it, or choose another name");
  }
}

void throw_write_error(const fs::path& path, int error_number) {
  const bool full = error_number == ENOSPC || error_number == EDQUOT;
  throw Error(full ? ExitCode::kOutOfResources : ExitCode::kOutput,
              path.string() + ": cannot be written (" + std::strerror(error_number) +
                  (full ? "); free some space and run the command again" : "); check that the folder exists and is writable"));
}

void create_folders(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) {
    throw_write_error(path, error.value());
  }
}

AtomicFile::AtomicFile(fs::path target) : target_(std::move(target)), temporary_(temporary_name(target_)) {}

AtomicFile::~AtomicFile() {
  if (!committed_) {
    std::error_code ignored;
    fs::remove(temporary_, ignored);
  }
}

void AtomicFile::commit() {
  flush_to_disk(temporary_, O_RDONLY);
  rename_over(temporary_, target_);
  committed_ = true;
}

AtomicFolder::AtomicFolder(fs::path target) : target_(std::move(target)), temporary_(temporary_name(target_)) {
  std::error_code ignored;
  fs::remove_all(temporary_, ignored);
  create_folders(temporary_);
}

AtomicFolder::~AtomicFolder() {
  if (!committed_) {
    std::error_code ignored;
    fs::remove_all(temporary_, ignored);
  }
}

void AtomicFolder::commit() {
  for (const auto& entry : fs::directory_iterator(temporary_)) {
    if (entry.is_regular_file()) {
      flush_to_disk(entry.path(), O_RDONLY);
    }
  }
  std::error_code error;
  fs::remove_all(target_, error);
  if (error) {
    throw_write_error(target_, error.value());
  }
  rename_over(temporary_, target_);
  committed_ = true;
}

void write_file(const fs::path& path, std::string_view bytes) {
  AtomicFile file(path);
  const int descriptor = ::open(file.temporary().c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor < 0) {
    throw_write_error(path, errno);
  }
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) {
      const int error_number = errno;
      ::close(descriptor);
      throw_write_error(path, error_number);
    }
    bytes.remove_prefix(static_cast<std::size_t>(written < 0 ? 0 : written));
  }
  if (::close(descriptor) != 0) {
    throw_write_error(path, errno);
  }
  file.commit();
}

} // namespace brainmvp
