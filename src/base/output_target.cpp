#include "base/output_target.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/atomic_file.h"
#include "base/error.h"

namespace brainmvp {
namespace fs = std::filesystem;
namespace {

constexpr int kMostLinks = 40; // as the kernel's
constexpr std::streamsize kPieceBytes = 1 << 20;

// N of /proc/self/fd/N, under any of its names; otherwise -1. What such a link says can be no path ("pipe:[7]").
int descriptor_named(const fs::path& path) {
  const std::string name = path.filename().string();
  int number = -1;
  const auto [end, wrong] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (wrong != std::errc() || end != name.data() + name.size()) {
    return -1;
  }
  std::error_code ignored;
  const fs::path folder = fs::weakly_canonical(fs::absolute(path, ignored).parent_path(), ignored);
  return folder == "/proc/" + std::to_string(::getpid()) + "/fd" ? number : -1;
}

} // namespace

void write_all(int descriptor, std::string_view bytes, const fs::path& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) {
      const int error_number = errno;
      ::close(descriptor);
      throw_write_error(path, error_number);
    }
    bytes.remove_prefix(static_cast<std::size_t>(written < 0 ? 0 : written));
  }
}

OutputTarget output_target(const fs::path& path) {
  OutputTarget target{.path = path.has_filename() ? path : path.parent_path()}; // without a slash at the end
  std::error_code ignored;
  for (int i = 0; i < kMostLinks; ++i) {
    target.descriptor = descriptor_named(target.path);
    if (target.descriptor >= 0) {
      target.stream = true;
      return target;
    }
    if (!fs::is_symlink(target.path, ignored)) {
      const fs::file_type type = fs::status(target.path, ignored).type();
      if (type == fs::file_type::block) {
        throw Error(ExitCode::kOutput, path.string() + ": is a block device, which holds a file system; name a file");
      }
      target.stream = type == fs::file_type::character || type == fs::file_type::fifo || type == fs::file_type::socket;
      return target;
    }
    target.path = target.path.parent_path() / fs::read_symlink(target.path, ignored); // an absolute one stays as it is
  }
  throw Error(ExitCode::kOutput, path.string() + ": is a link that leads to itself; remove it, or choose another name");
}

void write_into(const OutputTarget& target, const fs::path& file) {
  std::cout.flush(); // the target may be the same stream
  const int descriptor = target.descriptor >= 0 ? ::fcntl(target.descriptor, F_DUPFD_CLOEXEC, 0)
                                                : ::open(target.path.c_str(), O_WRONLY | O_APPEND | O_NOCTTY | O_CLOEXEC);
  if (descriptor < 0) {
    throw_write_error(target.path, errno);
  }
  std::ifstream stream(file, std::ios::binary);
  std::vector<char> piece(static_cast<std::size_t>(kPieceBytes));
  while (stream.read(piece.data(), kPieceBytes), stream.gcount() > 0) {
    write_all(descriptor, {piece.data(), static_cast<std::size_t>(stream.gcount())}, target.path);
  }
  if (::close(descriptor) != 0) {
    throw_write_error(target.path, errno);
  }
}

} // namespace brainmvp
