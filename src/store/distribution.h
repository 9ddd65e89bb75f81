// Which samples of a schedule each rank reads. A step takes `samples_per_step` samples one after another from the sequence of
// studies (Sampler), whatever the number of ranks; the ranks share each of its batches as evenly as can be.
#pragma once

#include <cstddef>
#include <cstdint>

namespace brainmvp::store {

// A rank's part of a batch.
struct Portion {
  std::uint64_t first = 0; // position of its first sample in the sequence
  std::size_t here = 0;    // samples of this rank; 0 where there are too few for all
  std::size_t all = 0;     // samples of all ranks

  // What a rank reads all the same, so that it can keep step with the others.
  [[nodiscard]] std::size_t read() const { return here > 0 ? here : 1; }
};

struct Distribution {
  std::uint64_t samples_per_step = 1;
  std::size_t batch_size = 1; // most samples that a rank takes at a time
  std::size_t ranks = 1;
  std::size_t rank = 0;

  [[nodiscard]] std::uint64_t batches_per_step() const;
  [[nodiscard]] Portion portion(std::uint64_t batch) const; // batches are counted from 0 over all steps
};

} // namespace brainmvp::store
