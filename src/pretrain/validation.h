// The loss over the studies that are kept aside.
#pragma once

#include <cstddef>
#include <vector>

#include "pretrain/model.h"
#include "pretrain/step.h"

namespace brainmvp::pretrain {

// Mean reconstruction loss (step.h) over one crop of each study at `positions`, in evaluation mode. Crops, masks and targets
// are the same at every call, and view 2 is always filled from another modality, so that values compare over a whole run.
double validation_loss(const Model& model, const std::vector<std::size_t>& positions, const StepSetup& setup,
                       std::size_t loader_threads);

} // namespace brainmvp::pretrain
