// What a fine-tuning takes from its store and its machine, where the user does not say.
#pragma once

#include <cstdint>

#include "finetune/memory_need.h"
#include "finetune/options.h"
#include "finetune/start.h"
#include "settings/settings.h"
#include "train/automatic.h"

namespace brainmvp::finetune {

struct Choice {
  std::int64_t crop = 0; // `usual`, or less where studies or memory are small
  std::uint64_t steps = 0;
};
Choice choose(const train::StoreFacts& facts, const train::Machine& machine, const StepCost& cost, std::int64_t usual_crop);

// With the recipe "auto": the recipe itself ("paper" on a GPU, "tiny" on a CPU) and of the above what was not given; logs what
// was chosen, and why. Of a store without studies to train on nothing: the run says so.
void fill_from_store(settings::Settings& settings, RunOptions& options, const Start& start, bool gpu, bool tell);

} // namespace brainmvp::finetune
