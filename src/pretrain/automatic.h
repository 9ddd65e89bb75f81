// What a pre-training takes from its store and its machine, where the user does not say.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "image/affine.h"
#include "pretrain/options.h"
#include "settings/settings.h"
#include "store/store.h"

namespace brainmvp::pretrain {

inline constexpr const char* kAutomatic = "auto"; // the recipe that this file fills

struct StoreFacts {
  std::size_t studies = 0;  // to train on
  image::Size typical = {}; // median of each side, in voxels
  image::Size largest = {}; // of each side
  double spacing_mm = 1;
};
StoreFacts facts_of(const store::Store& store);

// `recipe` is what it builds on: "released" on a GPU, "tiny" on a CPU.
struct Choice {
  std::string recipe;
  std::int64_t crop = 0; // the recipe's, or less where studies or memory are small
  std::uint64_t steps = 0;
};

// Depends on nothing else. `memory_bytes`: what is free on a CPU; of a GPU it is not asked. `network`: the user's; empty: the
// recipe's.
Choice choose(const StoreFacts& facts, bool gpu, std::uint64_t memory_bytes, const std::string& network);

// The recipe's size where the store is of its shape (1 mm, and no study larger), except of "tiny"; otherwise the least multiple
// of 8 that holds every study and the crop.
image::Size template_size_for(const StoreFacts& facts, const std::string& recipe, const image::Size& usual,
                              const image::Size& crop);

// Fills what was not given, with the recipe kAutomatic all of the above, and the recipe itself; logs what was chosen, and why.
void fill_from_store(settings::Settings& settings, RunOptions& options, bool gpu, bool tell);

} // namespace brainmvp::pretrain
