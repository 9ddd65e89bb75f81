// Where the weights stand in a checkpoint.
#pragma once

#include "checkpoint/value.h"

namespace brainmvp::checkpoint {

// The dict under state_dict, model, model_state_dict, net or network_weights, or the checkpoint itself. Throws Error(kBadInput)
// when it is no dict.
const Dict& state_dict(const Value& checkpoint);

} // namespace brainmvp::checkpoint
