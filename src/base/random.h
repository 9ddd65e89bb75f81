// Random streams that depend on nothing but their keys, so that results do not depend on threads, workers or ranks.
//
//   RandomStream stream({seed, epoch, study_hash, text_key("crop")});
//   const std::uint64_t start = stream.below(10);
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

namespace brainmvp {

// 64-bit FNV-1a of a text, for use as a key of a stream.
std::uint64_t text_key(std::string_view text);

// SplitMix64 started from a mix of its keys (Steele, Lea, Flood 2014: doi 10.1145/2660193.2660195).
class RandomStream {
public:
  RandomStream(std::initializer_list<std::uint64_t> keys);

  std::uint64_t next();

  // Uniform in [0, 1) with 53 bits.
  double uniform();

  // Uniform in [0, bound), without bias; bound > 0.
  std::uint64_t below(std::uint64_t bound);

  // Standard normal (Box-Muller).
  double normal();

  // A uniformly drawn order of 0 .. count - 1.
  std::vector<std::size_t> permutation(std::size_t count);

private:
  std::uint64_t state_;
};

} // namespace brainmvp
