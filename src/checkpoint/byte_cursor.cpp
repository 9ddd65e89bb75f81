#include "checkpoint/byte_cursor.h"

#include <bit>

#include "base/error.h"
#include "checkpoint/pickle.h"

namespace brainmvp::checkpoint::pickle {

std::string_view ByteCursor::take(std::size_t count) {
  const std::size_t left = bytes_.size() - at_;
  if (count > left) {
    throw Error(ExitCode::kBadInput, "the pickle ends early: it needs " + std::to_string(count) + " more bytes and has " +
                                         std::to_string(left) + "; copy or download the file again");
  }
  at_ += count;
  return bytes_.substr(at_ - count, count);
}

std::uint64_t ByteCursor::little_endian(std::size_t count) {
  std::uint64_t value = 0;
  std::size_t shift = 0;
  for (const char byte : take(count)) {
    value |= std::uint64_t{static_cast<unsigned char>(byte)} << shift;
    shift += 8;
  }
  return value;
}

double ByteCursor::big_endian_double() {
  std::uint64_t bits = 0;
  for (const char byte : take(8)) {
    bits = (bits << 8) | static_cast<unsigned char>(byte);
  }
  return std::bit_cast<double>(bits);
}

std::string ByteCursor::line() {
  const std::size_t length = bytes_.substr(at_, kMaxNameBytes + 1).find('\n');
  if (length == std::string_view::npos) {
    throw Error(ExitCode::kBadInput, "the name of a global has no end within " + std::to_string(kMaxNameBytes) +
                                         " bytes; the file is damaged or was not made by torch.save");
  }
  const std::string text(take(length));
  at_ += 1;
  return text;
}

} // namespace brainmvp::checkpoint::pickle
