// What a store lacks for pre-training, said once at the start of a run.
#pragma once

#include <cstddef>
#include <vector>

#include "store/store.h"

namespace brainmvp::pretrain {

// Logs which studies have a single modality, so that their view 2 is filled from the template in every phase.
void warn_of_single_modalities(const store::Store& store, const std::vector<std::size_t>& positions);

} // namespace brainmvp::pretrain
