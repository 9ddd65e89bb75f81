// What a pre-training takes from its store and its machine, where the user does not say.
#pragma once

#include <cstdint>
#include <string>

#include "image/affine.h"
#include "nn/networks/backbones.h"
#include "pretrain/options.h"
#include "settings/settings.h"
#include "train/automatic.h"

namespace brainmvp::pretrain {

// `recipe` is what it builds on: "released" on a GPU, "tiny" on a CPU.
struct Choice {
  std::string recipe;
  std::int64_t crop = 0; // the recipe's, or less where studies or memory are small
  std::uint64_t steps = 0;
};

// Depends on nothing else. `network`: the user's; empty: the recipe's. `work`: what a view costs.
Choice choose(const train::StoreFacts& facts, const train::Machine& machine, const std::string& network, nn::Workload work);

// The recipe's size where the store is of its shape (1 mm, and no study larger), except of "tiny"; otherwise the least multiple
// of 8 that holds every study and the crop.
image::Size template_size_for(const train::StoreFacts& facts, const std::string& recipe, const image::Size& usual,
                              const image::Size& crop);

// Fills what was not given, with the recipe "auto" all of the above, and the recipe itself; logs what was chosen, and why.
void fill_from_store(settings::Settings& settings, RunOptions& options, bool gpu, bool tell);

} // namespace brainmvp::pretrain
