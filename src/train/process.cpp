#include "train/process.h"

#include <chrono>

#include "base/allocator.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "runtime/block_cache.h"
#include "runtime/precision.h"
#include "runtime/threads.h"
#include "train/run_folder.h"

namespace brainmvp::train {

Process start_process(const SessionOptions& options) {
  const parallel::Launch launch = parallel::read_launch();
  const bool own_gpu = !launch.alone() && options.device == "cuda";
  const at::Device device = runtime::choose_device(own_gpu ? "cuda:" + std::to_string(launch.local_rank) : options.device);
  catch_interrupts();
  Process process{.group =
                      parallel::Group::join(launch, {.timeout = std::chrono::seconds(options.rank_timeout_s), .device = device}),
                  .device = device};
  if (!process.group.is_first()) {
    log::set_level(log::Level::kError);
  }
  process.group.first_does([&] {
    if (!options.resume) {
      refuse_existing_run(options.folder, options.force);
    }
  });
  keep_freed_memory();
  runtime::keep_large_blocks();
  runtime::use_threads(options.threads);
  return process;
}

parallel::BatchShare share_of(const store::Portion& portion, const parallel::Group& group) {
  return {.group = group.alone() ? nullptr : &group,
          .here = static_cast<std::int64_t>(portion.here),
          .all = static_cast<std::int64_t>(portion.all)};
}

nn::Execution execution_over(const parallel::BatchShare& share) {
  nn::Execution execution = nn::current_execution();
  execution.share = share;
  return execution;
}

} // namespace brainmvp::train
