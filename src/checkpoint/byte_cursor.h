// Bytes of a pickle, taken from the front and never past the end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace brainmvp::checkpoint::pickle {

// Every call throws Error(kBadInput) when the bytes do not suffice.
class ByteCursor {
public:
  explicit ByteCursor(std::string_view bytes) : bytes_(bytes) {}

  std::string_view take(std::size_t count);
  std::uint64_t little_endian(std::size_t count); // count <= 8
  double big_endian_double();
  std::string line(); // without its "\n"

  [[nodiscard]] std::size_t at() const { return at_; }

private:
  std::string_view bytes_;
  std::size_t at_ = 0;
};

} // namespace brainmvp::checkpoint::pickle
