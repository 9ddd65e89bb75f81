// What Python's wrappers put into the names of tensors: DistributedDataParallel, torch.compile, FSDP, Lightning and others.
#pragma once

#include <string>

#include "checkpoint/checkpoint.h"
#include "runtime/named_tensors.h"

namespace brainmvp::checkpoint {

struct Unwrapped {
  NamedTensors weights; // under the network's own names
  std::string note;     // for people: what was done to how many names; empty when nothing was
};

// Leaves "module.", "model.", "net." and "network." out at the front, as often as they stand there, and "_orig_mod." and the
// like anywhere; and what nnU-Net's state dicts hold under a second name. Puts "encoder." before the names of the encoder of
// MONAI's MedNeXt. Throws Error(kBadInput) when two tensors would then have one name.
Unwrapped without_wrappers(const NamedTensors& weights);

} // namespace brainmvp::checkpoint
