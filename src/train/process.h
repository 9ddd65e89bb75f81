// What every training process does first, alone or as one of several ranks.
#pragma once

#include <c10/core/Device.h>

#include <string>
#include <utility>

#include "base/error.h"
#include "nn/kernels/execution.h"
#include "parallel/group.h"
#include "store/distribution.h"
#include "train/session_options.h"

namespace brainmvp::train {

struct Process {
  parallel::Group group;
  at::Device device{at::kCPU};
};

// Joins the ranks that the environment speaks of, refuses an existing run before any work, sets the threads, catches signals, and
// chooses the device. Ranks but the first show errors alone. Throws Error(kOutput) and Error(kUsage).
Process start_process(const SessionOptions& options);

// Calls `work`; with several ranks, an Error that leaves it says which rank met it.
template <class Work>
void as_rank(const parallel::Group& group, Work&& work) {
  if (group.alone()) {
    std::forward<Work>(work)();
  } else {
    with_context("rank " + std::to_string(group.rank()), std::forward<Work>(work));
  }
}

parallel::BatchShare share_of(const store::Portion& portion, const parallel::Group& group);

// As this thread computes already, over the samples of all ranks.
nn::Execution execution_over(const parallel::BatchShare& share);

} // namespace brainmvp::train
