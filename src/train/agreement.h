// Whether all ranks are about to do the same.
#pragma once

#include "parallel/group.h"
#include "train/run_checkpoint.h"

namespace brainmvp::train {

// Throws Error(kUsage), the same in every rank, that names the first rank which differs from rank 0, and in what: version,
// settings, network, precision, data, or the step from which it goes on.
void require_agreement(const parallel::Group& group, const RunIdentity& identity, std::uint64_t step);

} // namespace brainmvp::train
