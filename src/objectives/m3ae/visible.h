// Which cubes of which modalities M3AE shows.
#pragma once

#include <cstdint>
#include <vector>

#include "base/random.h"

namespace brainmvp::objectives {

// For a study that has `present` modalities: 0 to `dropped` of them (each number alike, and never all) are hidden, and of all
// cubes, present * blocks, floor(... * (1 - mask_rate)) are kept, drawn from those of the other modalities; all of these where
// they are fewer. [present][...]: flat indices of kept cubes.
std::vector<std::vector<std::int64_t>> draw_visible(std::size_t present, std::size_t blocks, std::size_t dropped,
                                                    double mask_rate, RandomStream& stream);

} // namespace brainmvp::objectives
