// Which study comes when: permutations of all of them, one an epoch.
//
//   const Sampler sampler(seed, studies.size());
//   const Drawn drawn = sampler.at(position); // position counts samples from 0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

namespace brainmvp::store {

struct Drawn {
  std::size_t index = 0;   // into 0 .. count - 1
  std::uint64_t epoch = 0; // passes before this one
};

// What is drawn is a function of seed, count, purpose and position. An epoch's permutation is made once and kept while it or the
// next one is in use.
class Sampler {
public:
  // `purpose`: of the random stream, so that samplers of one seed draw apart. Throws Error(kNothingFound) for a count of 0.
  Sampler(std::uint64_t seed, std::size_t count, std::string_view purpose = "order");

  // Any thread may call it.
  [[nodiscard]] Drawn at(std::uint64_t position) const;

private:
  struct Order {
    std::uint64_t epoch = 0;
    std::vector<std::size_t> indices; // empty: not drawn yet
  };
  struct Recent {
    std::mutex mutex;
    std::array<Order, 2> orders; // threads that read ahead use an epoch and the next
  };

  std::uint64_t seed_;
  std::size_t count_;
  std::uint64_t purpose_;
  std::unique_ptr<Recent> recent_;
};

} // namespace brainmvp::store
