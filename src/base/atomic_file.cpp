#include "base/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <random>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/error.h"

namespace brainmvp {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::size_t kTokenLength = 8;
constexpr int kReplaceTries = 100;

// Process ids would repeat on other machines and in containers.
const std::string& process_token() {
  static const std::string token = [] {
    std::random_device random;
    std::string digits;
    for (std::size_t i = 0; i < kTokenLength; ++i) {
      digits += kHexDigits[random() % kHexDigits.size()];
    }
    return digits;
  }();
  return token;
}

fs::path temporary_name(const fs::path& target) {
  return target.parent_path() / ("." + process_token() + "." + target.filename().string());
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

void flush_parent(const fs::path& path) {
  flush_to_disk(path.parent_path().empty() ? "." : path.parent_path(), O_RDONLY | O_DIRECTORY);
}

// A folder cannot be renamed over another that has files. Whoever writes the same one at the same time may remove ours or
// put theirs between our two calls: all are complete, and the last stays.
std::error_code replace_folder(const fs::path& from, const fs::path& to) {
  std::error_code error;
  for (int i = 0; i < kReplaceTries; ++i) {
    fs::remove_all(to, error);
    if (!error || error == std::errc::no_such_file_or_directory || error == std::errc::directory_not_empty) {
      fs::rename(from, to, error);
    }
    if (error != std::errc::directory_not_empty && error != std::errc::file_exists) {
      break;
    }
  }
  return error;
}

// The outermost folder above `path` that is missing; "" when its parent is there.
std::string missing_folder(const fs::path& path) {
  std::string missing;
  std::error_code ignored;
  for (fs::path folder = path.parent_path(); !folder.empty() && !fs::exists(folder, ignored); folder = folder.parent_path()) {
    missing = folder.string();
  }
  return missing;
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
  const bool limited = error_number == EFBIG; // `ulimit -f`; the program must ignore SIGXFSZ to get here
  const std::string gone = error_number == ENOENT ? missing_folder(path) : "";
  const std::string advice = full            ? "free some space and run the command again"
                             : limited       ? "raise the limit of file sizes (ulimit -f) and run the command again"
                             : !gone.empty() ? "the folder " + gone + " is not there, or not any more"
                                             : "check that the folder exists and is writable";
  throw Error(full || limited ? ExitCode::kOutOfResources : ExitCode::kOutput,
              path.string() + ": cannot be written (" + std::strerror(error_number) + "); " + advice);
}

void create_folders(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) {
    throw_write_error(path, error.value());
  }
}

bool is_temporary(std::string_view name) {
  return name.size() > kTokenLength + 2 && name.front() == '.' && name[kTokenLength + 1] == '.' &&
         name.substr(1, kTokenLength).find_first_not_of(kHexDigits) == std::string_view::npos;
}

void remove_temporaries(const fs::path& folder) {
  std::vector<fs::path> leftovers;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (is_temporary(entry.path().filename().string())) {
      leftovers.push_back(entry.path());
    }
  }
  for (const fs::path& path : leftovers) {
    fs::remove_all(path, error);
    if (error) {
      throw_write_error(path, error.value());
    }
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
  std::error_code error;
  fs::rename(temporary_, target_, error);
  if (error) {
    throw_write_error(target_, error.value());
  }
  committed_ = true;
  flush_parent(target_);
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
  if (const std::error_code error = replace_folder(temporary_, target_)) {
    throw_write_error(target_, error.value());
  }
  committed_ = true;
  flush_parent(target_);
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
