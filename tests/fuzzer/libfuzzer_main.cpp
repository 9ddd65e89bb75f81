// The entry of libFuzzer, for the target that the build names.
#include <algorithm>
#include <cstdint>

#include "fuzzer/fuzz_target.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer calls it so
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const brainmvp::fuzz::Target& target =
      *std::ranges::find(brainmvp::fuzz::targets(), std::string_view(BRAINMVP_FUZZ_TARGET), &brainmvp::fuzz::Target::name);
  target.run({reinterpret_cast<const std::byte*>(data), size});
  return 0;
}
