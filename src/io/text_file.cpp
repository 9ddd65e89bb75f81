#include "io/text_file.h"

#include <algorithm>
#include <fstream>
#include <string_view>

#include "base/text.h"

namespace brainmvp::io {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

void check_encoding(const fs::path& path, std::string_view text, ExitCode code) {
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
    throw Error(code, path.string() + ": is UTF-16, where UTF-8 is expected; save it as UTF-8, or: iconv -f UTF-16 -t UTF-8");
  }
  std::size_t number = 1;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (!is_utf8(text.substr(0, end))) {
      throw Error(code, path.string() + ": line " + std::to_string(number) +
                            ": is not UTF-8; if it was written on Windows: iconv -f WINDOWS-1252 -t UTF-8");
    }
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
  }
}

} // namespace

std::string read_text_file(const fs::path& path, std::uint64_t limit, ExitCode code) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) { // asked first: opening a pipe would wait for its writer
    const bool there = fs::exists(path, error);
    throw Error(there ? code : ExitCode::kBadInput,
                path.string() + ": " + (there ? "is no regular file" : "does not exist") + "; check the name that was given");
  }
  const std::uintmax_t size = fs::file_size(path, error);
  if (!error && size > limit) {
    throw Error(code, path.string() + ": has " + human_bytes(size) + ", more than the " + human_bytes(limit) +
                          " that such a file may have; is it the right file?");
  }
  std::ifstream stream(path, std::ios::binary);
  std::string text(error ? 0 : size, '\0');
  if (!stream || error || !stream.read(text.data(), static_cast<std::streamsize>(size))) {
    throw Error(code, path.string() + ": cannot be read; check its permissions");
  }
  check_encoding(path, text, code);
  text.erase(0, text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0);
  return text;
}

} // namespace brainmvp::io
