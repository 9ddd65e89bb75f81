#include "pretrain/estimate.h"

#include <algorithm>

#include "base/error.h"
#include "base/log.h"
#include "base/machine.h"
#include "base/text.h"
#include "nn/networks/backbones.h"
#include "runtime/memory_need.h"

namespace brainmvp::pretrain {
namespace {

std::uint64_t bytes_below(const std::filesystem::path& folder) {
  std::error_code error;
  std::uint64_t bytes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    bytes += entry.is_regular_file(error) ? entry.file_size(error) : 0;
  }
  return bytes;
}

} // namespace

Needs estimate_needs(const objectives::MemoryNeeds& memory, const RunOptions& options, runtime::Precision precision) {
  const double views = static_cast<double>(memory.views * options.batch_size);
  Needs needs;
  needs.memory_bytes =
      runtime::kProgramBytes + runtime::training_bytes(memory.parameters) + memory.gradients +
      views * runtime::voxels_of(options.crop) *
          nn::backbone(options.network).bytes_per_voxel_of(memory.work, precision, options.session.checkpoint_activations);
  needs.checkpoint_bytes = 3 * memory.parameters;
  needs.disk_bytes =
      (static_cast<double>(std::max<std::size_t>(options.session.keep, 1)) + 1) * needs.checkpoint_bytes + 2 * memory.parameters;
  return needs;
}

void check_needs(const Needs& needs, bool on_cpu, const std::filesystem::path& checkpoints) {
  const std::uint64_t disk = free_disk(checkpoints) + bytes_below(checkpoints);
  log::info("checkpoints need about " + runtime::memory_text(needs.disk_bytes) + " of disk (" + human_bytes(disk) + " free), " +
            runtime::memory_text(needs.checkpoint_bytes) + " each; time is known after a few steps");
  runtime::check_memory("a step", needs.memory_bytes, on_cpu, kMemoryRelief);
  if (needs.disk_bytes > static_cast<double>(disk)) {
    throw Error(ExitCode::kOutOfResources, checkpoints.string() + ": checkpoints need about " +
                                               runtime::memory_text(needs.disk_bytes) + " where " + human_bytes(disk) +
                                               " are free; free some space, or use a smaller --keep or --template-size");
  }
}

} // namespace brainmvp::pretrain
