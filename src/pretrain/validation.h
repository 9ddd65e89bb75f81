// Losses over the studies that are kept aside.
#pragma once

#include <cstddef>
#include <vector>

#include "pretrain/model.h"
#include "pretrain/step.h"

namespace brainmvp::pretrain {

struct ValidationErrors {
  double loss = 0;  // reconstruction_loss (step.h)
  double view1 = 0; // mean square errors of the reconstructions
  double view2 = 0;
  double templates = 0; // and of the target's normalised template as it is, which a network must beat
};

// Means over one crop of each study at `positions`, in evaluation mode. Crops, masks and targets
// are the same at every call, and view 2 is always filled from another modality, so that values compare over a whole run.
ValidationErrors validation_errors(const Model& model, const std::vector<std::size_t>& positions, const StepSetup& setup,
                                   std::size_t loader_threads);

} // namespace brainmvp::pretrain
