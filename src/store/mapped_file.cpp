#include "store/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/error.h"
#include "store/truncated_mapping.h"

namespace brainmvp::store {
namespace {

[[noreturn]] void refuse(const std::filesystem::path& path, int error_number) {
  if (error_number == ENOMEM) {
    throw Error(ExitCode::kOutOfResources, path.string() + ": out of memory to map it; raise the limit of the address space "
                                                           "(ulimit -v), or that of mappings (sysctl vm.max_map_count)");
  }
  throw Error(ExitCode::kBadInput, path.string() + ": cannot be read (" + std::strerror(error_number) +
                                       "); run `brainmvp prepare` again, which redoes what is missing or damaged");
}

} // namespace

void refuse_stored(const std::filesystem::path& path, const std::string& what) {
  throw Error(ExitCode::kBadInput, path.string() + ": " + what + "; run `brainmvp prepare` again, which redoes damaged studies");
}

MappedFile::MappedFile(const std::filesystem::path& path) {
  name_truncated_mappings();
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    refuse(path, errno);
  }
  struct stat information {};
  void* mapped = MAP_FAILED;
  if (::fstat(descriptor, &information) == 0) {
    errno = EINVAL; // what an empty file gives
    if (information.st_size > 0) {
      mapped = ::mmap(nullptr, static_cast<std::size_t>(information.st_size), PROT_READ, MAP_SHARED, descriptor, 0);
    }
  }
  const int error_number = errno;
  ::close(descriptor);
  if (mapped == MAP_FAILED) {
    refuse(path, error_number);
  }
  bytes_ = {static_cast<const std::byte*>(mapped), static_cast<std::size_t>(information.st_size)};
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) {
    ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
  }
}

MappedFile::MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(bytes_, other.bytes_);
  return *this;
}

} // namespace brainmvp::store
