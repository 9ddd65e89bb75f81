#include "objectives/m3ae/visible.h"

#include <algorithm>

#include "objectives/blocks.h"

namespace brainmvp::objectives {

std::vector<std::vector<std::int64_t>> draw_visible(std::size_t present, std::size_t blocks, std::size_t dropped,
                                                    double mask_rate, RandomStream& stream) {
  const std::size_t hidden = stream.below(std::min(dropped, present - 1) + 1);
  std::vector<std::size_t> shown = stream.permutation(present);
  shown.resize(present - hidden);
  const std::size_t kept = std::min(kept_count(present * blocks, mask_rate), shown.size() * blocks);
  const std::vector<std::size_t> order = stream.permutation(shown.size() * blocks);
  std::vector<std::vector<std::int64_t>> visible(present);
  for (std::size_t i = 0; i < kept; ++i) {
    visible[shown[order[i] / blocks]].push_back(static_cast<std::int64_t>(order[i] % blocks));
  }
  return visible;
}

} // namespace brainmvp::objectives
