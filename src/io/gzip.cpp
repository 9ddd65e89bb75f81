#include "io/gzip.h"

#include <libdeflate.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <new>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace brainmvp::io {
namespace {

constexpr int kGzipOrZlib = 15 + 32; // zlib's code for "whichever wrapper is there"
constexpr std::size_t kScratchBytes = 1U << 16;

// zlib's inflate over a whole span; used for short looks only.
class Inflater {
public:
  explicit Inflater(std::span<const std::byte> bytes) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(bytes.data()));
    remaining_ = bytes.size();
    if (inflateInit2(&stream_, kGzipOrZlib) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // Fills `out` as far as it goes and returns zlib's code.
  int read(std::span<std::byte> out, std::size_t& written) {
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = static_cast<uInt>(out.size());
    int code = Z_OK;
    while (code == Z_OK && stream_.avail_out > 0) {
      const auto step = static_cast<uInt>(std::min<std::size_t>(remaining_, 1U << 30));
      stream_.avail_in = step;
      code = inflate(&stream_, Z_NO_FLUSH);
      remaining_ -= step - stream_.avail_in;
    }
    written = out.size() - stream_.avail_out;
    return code;
  }
  [[nodiscard]] const char* reason() const { return stream_.msg != nullptr ? stream_.msg : "unknown reason"; }

private:
  z_stream stream_{};
  std::size_t remaining_ = 0;
};

[[noreturn]] void refuse(const std::string& name, int code, const std::string& reason) {
  const bool mismatch = reason.find("check") != std::string::npos || reason.find("crc") != std::string::npos;
  const std::string found = code == Z_BUF_ERROR ? "the gzip stream ends early (the file is truncated)"
                            : mismatch          ? "the gzip CRC does not match (" + reason + ")"
                                                : "the gzip stream is damaged (" + reason + ")";
  throw Error(ExitCode::kBadInput, name + ": " + found + "; copy or download the file again");
}

// Inflates one member that libdeflate refused, to say why.
[[noreturn]] void diagnose(std::span<const std::byte> bytes, const std::string& name) {
  Inflater inflater(bytes);
  std::vector<std::byte> scratch(kScratchBytes);
  std::size_t written = 0;
  int code = Z_OK;
  while (code == Z_OK) {
    code = inflater.read(scratch, written);
  }
  refuse(name, code, code == Z_STREAM_END ? "its stated length does not match (length check)" : inflater.reason());
}

[[noreturn]] void refuse_excess(const std::string& name, std::size_t limit) {
  throw Error(ExitCode::kBadInput, name + ": unpacks to more than the " + human_bytes(limit) +
                                       " that its header accounts for; the header's dimensions are wrong");
}

// What the trailer of the last member says: the length of all when there is one member of less than 4 GiB, which is nearly
// always so, and else a first guess.
std::size_t stated_length(std::span<const std::byte> bytes) {
  constexpr std::size_t kLeast = 1U << 16;
  std::size_t length = 0;
  for (std::size_t i = 0; i < 4 && bytes.size() >= 4; ++i) {
    length |= std::to_integer<std::size_t>(bytes[bytes.size() - 4 + i]) << (8 * i);
  }
  return std::clamp<std::size_t>(length, kLeast, std::max<std::size_t>(gunzip_bound(bytes.size()), kLeast));
}

// libdeflate passes over the CRC that a header may have (RFC 1952, FLG.FHCRC); zlib checks it.
void check_header(std::span<const std::byte> bytes, const std::string& name) {
  constexpr std::byte kHeaderCrc{2};
  if (bytes.size() > 3 && (bytes[3] & kHeaderCrc) != std::byte{0}) {
    (void)gunzip_front(bytes, 1, name);
  }
}

// Doubles a buffer, up to `limit` bytes; the first `written` bytes stay.
void enlarge(Buffer& buffer, std::size_t written, std::size_t limit) {
  Buffer larger(buffer.size > limit / 2 ? limit : 2 * buffer.size);
  std::memcpy(larger.data.get(), buffer.data.get(), written);
  buffer = std::move(larger);
}

} // namespace

bool is_gzip(std::span<const std::byte> bytes) {
  return bytes.size() >= 2 && bytes[0] == std::byte{0x1f} && bytes[1] == std::byte{0x8b};
}

std::uint64_t gunzip_bound(std::uint64_t compressed) { return compressed * 1032 + 1024; }

std::vector<std::byte> gunzip_front(std::span<const std::byte> bytes, std::size_t count, const std::string& name) {
  Inflater inflater(bytes);
  std::vector<std::byte> front(count);
  std::size_t written = 0;
  const int code = inflater.read(front, written);
  if (code != Z_OK && code != Z_STREAM_END && !(code == Z_BUF_ERROR && written > 0)) {
    refuse(name, code, inflater.reason());
  }
  front.resize(written);
  return front;
}

Buffer unzip_stream(std::span<const std::byte> bytes, std::size_t limit, const std::string& name) {
  Inflater inflater(bytes);
  Buffer buffer(limit + 1); // the last byte stays unused unless there is more than the limit
  const int code = inflater.read({buffer.data.get(), buffer.size}, buffer.size);
  if (code == Z_OK || buffer.size > limit) {
    refuse_excess(name, limit);
  }
  if (code != Z_STREAM_END) {
    refuse(name, code, inflater.reason());
  }
  return buffer;
}

Unzipped gunzip(std::span<const std::byte> bytes, std::size_t limit, const std::string& name) {
  const std::unique_ptr<libdeflate_decompressor, decltype(&libdeflate_free_decompressor)> decompressor(
      libdeflate_alloc_decompressor(), &libdeflate_free_decompressor);
  if (decompressor == nullptr) {
    throw std::bad_alloc();
  }
  Unzipped out{.buffer = Buffer(std::min(stated_length(bytes), limit)), .warnings = {}};
  std::size_t written = 0;
  while (is_gzip(bytes)) {
    check_header(bytes, name);
    std::size_t used = 0;
    std::size_t made = 0;
    const libdeflate_result result = libdeflate_gzip_decompress_ex(
        decompressor.get(), bytes.data(), bytes.size(), out.buffer.data.get() + written, out.buffer.size - written, &used, &made);
    if (result == LIBDEFLATE_INSUFFICIENT_SPACE && out.buffer.size < limit) {
      enlarge(out.buffer, written, limit);
      continue;
    }
    if (result == LIBDEFLATE_INSUFFICIENT_SPACE) {
      refuse_excess(name, limit);
    }
    if (result != LIBDEFLATE_SUCCESS) {
      diagnose(bytes, name);
    }
    bytes = bytes.subspan(used);
    written += made;
  }
  if (!std::ranges::all_of(bytes, [](std::byte value) { return value == std::byte{0}; })) {
    out.warnings.push_back(std::to_string(bytes.size()) + " bytes after the gzip stream are not gzip and were ignored");
  }
  out.buffer.size = written;
  return out;
}

std::string gzip(std::span<const std::byte> bytes, int level) {
  const std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)> compressor(
      libdeflate_alloc_compressor(level), &libdeflate_free_compressor);
  if (compressor == nullptr) {
    throw std::bad_alloc();
  }
  std::string out(libdeflate_gzip_compress_bound(compressor.get(), bytes.size()), '\0');
  out.resize(libdeflate_gzip_compress(compressor.get(), bytes.data(), bytes.size(), out.data(), out.size()));
  return out;
}

} // namespace brainmvp::io
