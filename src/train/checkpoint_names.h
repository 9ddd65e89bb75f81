// Names of checkpoints in a run folder.
#pragma once

#include <string>

namespace brainmvp::train {

bool is_numbered_checkpoint(const std::string& name); // "step_00000100.pt"

// Also "last.pt" and "best.pt".
bool is_checkpoint_name(const std::string& name);

} // namespace brainmvp::train
