// The smallest plan in which every kind of cell runs.
#pragma once

#include "support/support.h"

namespace brainmvp::test {

inline constexpr const char* kSmallPlan = R"(title = "small"
objectives = ["scratch", "simclr"]
backbones = ["uniformer_tiny"]
tasks = ["atrophy"]
crop = 16
spacing = 8

[pretrain]
studies = 4
steps = 4
batch_size = 4

[pretrain.simulate]
layout = "bids"

[pretrain.options]
recipe = "tiny"
checkpoint_every = 1

[finetune]
seeds = 2
learning_rates = [1e-3]
encoder_rates = [0.1, 1]

[finetune.options]
recipe = "tiny"
validate_every = 2

[task.atrophy]
kind = "classify"
index = "adni"
labelled = [2]
validation = 2
test = 2
steps = 4
batch_size = 2

[task.atrophy.simulate]
layout = "adni"
skull = "strip"

[objective.simclr]
)";

} // namespace brainmvp::test
