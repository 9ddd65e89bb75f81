#include "io/input_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "base/error.h"
#include "base/text.h"
#include "io/dicom.h"
#include "io/image_file.h"

namespace brainmvp::io {
namespace fs = std::filesystem;
namespace {

constexpr std::uintmax_t kLongestLink = 1024; // bytes
constexpr const char* kAnnexAdvice = " whose content is not here; fetch the images with `datalad get` or `git annex get`";

// Checks that a regular, readable file stands at input.path, and sets its size.
void check_file(InputFile& input) {
  std::error_code error;
  const fs::file_status link = fs::symlink_status(input.path, error);
  const fs::file_status status = fs::status(input.path, error);
  if (fs::is_symlink(link) && !fs::exists(status)) {
    std::error_code ignored;
    const std::string target = fs::read_symlink(input.path, ignored).string();
    if (target.find(".git/annex/") != std::string::npos) {
      refuse_input(input.name, std::string("is a git-annex link") + kAnnexAdvice);
    }
    refuse_input(input.name, "is a link to " + target + ", which does not exist; restore the target or mend the link");
  }
  if (!fs::exists(status)) {
    refuse_input(input.name, "does not exist; check the name");
  }
  if (!fs::is_regular_file(status)) {
    refuse_input(input.name, fs::is_directory(status) ? "is a folder, not an image file" : "is not a regular file");
  }
  input.size = fs::file_size(input.path, error);
  if (input.size == 0) {
    refuse_input(input.name, "has 0 bytes; copy or download the file again");
  }
}

// The target that a file of one short line names, or nothing.
fs::path text_target(const InputFile& input) {
  if (input.size > kLongestLink) {
    return {};
  }
  const Buffer buffer = read_front(input, kLongestLink);
  const std::string_view text = as_text(buffer.bytes());
  const bool one_line = std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  return one_line && has_image_extension(text) ? fs::path(text) : fs::path();
}

} // namespace

[[noreturn]] void refuse_input(const std::string& name, const std::string& reason) {
  throw Error(ExitCode::kBadInput, name + ": " + reason);
}

InputFile find_input(const fs::path& path) {
  InputFile input{.name = path.string(), .path = path, .size = 0, .warnings = {}};
  check_file(input);
  const fs::path target = text_target(input);
  if (!target.empty()) {
    input.path = path.parent_path() / target;
    std::error_code ignored;
    if (!fs::exists(input.path, ignored)) {
      refuse_input(input.name, "is a link, stored as text, to " + target.string() + ", which does not exist; restore the target");
    }
    check_file(input);
    input.warnings.push_back("is a link stored as text; " + target.string() + " was read");
  }
  return input;
}

Buffer read_front(const InputFile& input, std::uint64_t count) {
  const int descriptor = ::open(input.path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    refuse_input(input.name, std::string("cannot be opened (") + std::strerror(errno) + "); check its permissions");
  }
  Buffer buffer(std::min(count, input.size));
  std::size_t done = 0;
  int error_number = 0;
  while (done < buffer.size) {
    const ssize_t got = ::read(descriptor, buffer.data.get() + done, buffer.size - done);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got <= 0) {
      error_number = got < 0 ? errno : 0;
      break;
    }
    done += static_cast<std::size_t>(got);
  }
  ::close(descriptor);
  if (done < buffer.size) {
    refuse_input(input.name, std::string("cannot be read to its end (") +
                                 (error_number != 0 ? std::strerror(error_number) : "it became shorter meanwhile") + ")");
  }
  return buffer;
}

void refuse_foreign(std::span<const std::byte> front, const std::string& name) {
  const std::string_view text = as_text(front);
  if (text.starts_with("version https://git-lfs")) {
    refuse_input(name, "is a Git LFS pointer, not the image itself; fetch the images with `git lfs pull`");
  }
  if (text.starts_with("/annex/objects/")) {
    refuse_input(name, std::string("is a git-annex pointer") + kAnnexAdvice);
  }
  if (text.starts_with(std::string_view("\x28\xb5\x2f\xfd", 4))) {
    refuse_input(name, "is compressed with zstd, which is not read; unpack it with `unzstd`, or use gzip");
  }
  if (text.starts_with("BZh") ||
      text.starts_with(std::string_view("\xfd"
                                        "7zXZ",
                                        5)) ||
      text.starts_with("PK\x03\x04")) {
    refuse_input(name, "is compressed with bzip2, xz or zip, which are not read; unpack it, or use gzip");
  }
  if (text.starts_with(std::string_view("\x00\x05\x16\x07", 4))) {
    refuse_input(name, "is an AppleDouble companion file of macOS, not an image; the image has the same name without \"._\"");
  }
  if (is_dicom(front)) {
    refuse_input(name, "is a DICOM file, a slice and no volume; convert its folder with `dcm2niix -z y -f %f_%p -o OUT FOLDER`");
  }
  const std::string start = to_lower(text.substr(0, std::min<std::size_t>(text.size(), 64)));
  const std::size_t first = start.find_first_not_of(" \t\r\n");
  const std::string_view word = first == std::string::npos ? std::string_view() : std::string_view(start).substr(first);
  if (word.starts_with("<html") || word.starts_with("<!doctype") || word.starts_with("<?xml") || word.starts_with("<head")) {
    refuse_input(name, "is a web page (HTML), neither gzip nor NIfTI; a download failed, so download the file again");
  }
}

} // namespace brainmvp::io
