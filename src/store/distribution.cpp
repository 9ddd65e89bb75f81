#include "store/distribution.h"

#include <algorithm>

namespace brainmvp::store {

std::uint64_t Distribution::batches_per_step() const {
  const std::uint64_t together = batch_size * ranks;
  return (samples_per_step + together - 1) / together;
}

Portion Distribution::portion(std::uint64_t batch) const {
  const std::uint64_t together = batch_size * ranks;
  const std::uint64_t begin = batch % batches_per_step() * together;
  const std::uint64_t all = std::min(together, samples_per_step - begin);
  const std::uint64_t each = all / ranks, left = all % ranks; // the first `left` ranks take one more
  return {.first = batch / batches_per_step() * samples_per_step + begin + rank * each + std::min<std::uint64_t>(rank, left),
          .here = static_cast<std::size_t>(each + (rank < left ? 1 : 0)),
          .all = static_cast<std::size_t>(all)};
}

} // namespace brainmvp::store
