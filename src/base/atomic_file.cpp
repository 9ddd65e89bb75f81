#include "base/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <random>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/output_target.h"
#include "base/own_files.h"

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

// Beside what the output leads to, with the extensions of the name that was given, by which writers choose the form.
fs::path temporary_name(const fs::path& target, const fs::path& given) {
  return target.parent_path() / ("." + process_token() + "." + given.filename().string());
}

// Streams are written by way of a file in the folder for temporary files; several may have one name.
std::atomic<int>& stream_count() {
  static std::atomic<int> count = 0;
  return count;
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
    const OwnFiles own = made_files(to);
    refuse_foreign_files(to, own);
    remove_own_files(to, own);
    fs::rename(from, to, error);
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
  const OutputTarget target = output_target(path);
  if (!force && !target.stream && fs::exists(target.path, ignored)) {
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
  fs::create_directories(output_target(path).path, error);
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

AtomicFile::AtomicFile(fs::path target) : target_(std::move(target)) {
  const OutputTarget place = output_target(target_);
  if (place.stream) {
    temporary_ = temporary_name(fs::temp_directory_path() / "x", std::to_string(++stream_count()) + target_.filename().string());
  } else {
    temporary_ = temporary_name(place.path, target_);
    target_ = place.path;
  }
}

AtomicFile::~AtomicFile() {
  if (!committed_) {
    std::error_code ignored;
    fs::remove(temporary_, ignored);
  }
}

void AtomicFile::commit() {
  if (const OutputTarget place = output_target(target_); place.stream) {
    write_into(place, temporary_);
    return;
  }
  flush_to_disk(temporary_, O_RDONLY);
  std::error_code error;
  fs::rename(temporary_, target_, error);
  if (error) {
    throw_write_error(target_, error.value());
  }
  committed_ = true;
  flush_parent(target_);
}

AtomicFolder::AtomicFolder(fs::path target) : target_(output_target(target).path), temporary_(temporary_name(target_, target_)) {
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
  write_manifest(temporary_);
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
  write_all(descriptor, bytes, path);
  if (::close(descriptor) != 0) {
    throw_write_error(path, errno);
  }
  file.commit();
}

} // namespace brainmvp
