// The entries of libFuzzer, for the target that the build names.
#include <algorithm>
#include <cstdint>
#include <fstream>

#include "fuzzer/fuzz_target.h"

namespace {

const brainmvp::fuzz::Target& target() {
  static const brainmvp::fuzz::Target& named =
      *std::ranges::find(brainmvp::fuzz::targets(), std::string_view(BRAINMVP_FUZZ_TARGET), &brainmvp::fuzz::Target::name);
  return named;
}

} // namespace

// The valid inputs that the tests start from join the corpus, which is the first argument.
// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer calls it so
extern "C" int LLVMFuzzerInitialize(const int* argc, char*** argv) {
  if (*argc > 1 && std::filesystem::is_directory((*argv)[1])) {
    std::string seed;
    for (std::size_t n = 0; !(seed = target().seed(n)).empty(); ++n) {
      std::ofstream(std::filesystem::path((*argv)[1]) / ("seed_" + std::to_string(n)), std::ios::binary) << seed;
    }
  }
  return 0;
}

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer calls it so
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  target().run({reinterpret_cast<const std::byte*>(data), size});
  return 0;
}
