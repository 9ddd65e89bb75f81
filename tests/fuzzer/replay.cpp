#include "fuzzer/replay.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "support/support.h"

namespace brainmvp::fuzz {
namespace {

void set_extreme(std::string& text, std::size_t at, RandomStream& random) {
  constexpr std::array<std::int32_t, 8> kExtremes{0, 1, -1, 127, 32767, -32768, 0x7fffffff, 0x7fc00000};
  const std::int32_t value = kExtremes[random.below(kExtremes.size())];
  const std::size_t size = std::min<std::size_t>(std::size_t{1} << random.below(3), text.size() - at);
  std::memcpy(text.data() + at, &value, size);
}

} // namespace

std::string changed(std::string input, const std::string& other, RandomStream& random) {
  for (std::uint64_t changes = 1 + random.below(8); changes > 0 && !input.empty(); --changes) {
    // Headers stand at the front and decide the most.
    const std::size_t reach = random.below(2) == 0 ? std::min<std::size_t>(input.size(), 400) : input.size();
    const std::size_t at = random.below(reach);
    const std::size_t length = std::min<std::size_t>(1 + random.below(64), input.size() - at);
    switch (random.below(7)) {
    case 0:
      input[at] = static_cast<char>(input[at] ^ (1 << random.below(8)));
      break;
    case 1:
      input[at] = static_cast<char>(random.below(256));
      break;
    case 2:
      set_extreme(input, at, random);
      break;
    case 3:
      input.erase(at, length);
      break;
    case 4:
      input.insert(at, input.substr(at, length));
      break;
    case 5:
      input.resize(random.below(8) == 0 ? at : input.size());
      break;
    default:
      input.replace(at, length, other.substr(std::min(at, other.size()), length));
    }
  }
  return input;
}

void replay(const Target& target, std::size_t count) {
  std::vector<std::string> seeds;
  for (std::string seed = target.seed(0); !seed.empty(); seed = target.seed(seeds.size())) {
    seeds.push_back(std::move(seed));
  }
  ASSERT_FALSE(seeds.empty());
  const auto run = [&target](const std::string& input, const std::string& what) {
    try {
      target.run(std::as_bytes(std::span(input)));
    } catch (const std::exception& fault) {
      ADD_FAILURE() << target.name << ", " << what << ": " << fault.what();
    }
  };
  for (std::size_t i = 0; i < seeds.size(); ++i) {
    run(seeds[i], "seed " + std::to_string(i));
  }
  const std::size_t changes = test::count_from_environment("BRAINMVP_FUZZ_CHANGES", count);
  for (std::size_t i = 0; i < changes; ++i) {
    RandomStream random({i, text_key(target.name)});
    const std::string& other = seeds[random.below(seeds.size())];
    run(changed(seeds[i % seeds.size()], other, random), "change " + std::to_string(i));
  }
}

} // namespace brainmvp::fuzz
