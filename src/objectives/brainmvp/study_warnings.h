// What the studies lack for pre-training, said once at the start of a run.
#pragma once

#include "objectives/brainmvp/settings.h"

namespace brainmvp::objectives {

// Studies larger than the template grid, templates that start from zero, and studies with a single modality.
void warn_of_studies(const BrainMvpSettings& settings, const ObjectiveSetup& setup);

} // namespace brainmvp::objectives
