#include "pretrain/estimate.h"

#include <algorithm>

#include "base/error.h"
#include "base/log.h"
#include "base/machine.h"
#include "base/text.h"
#include "study/modality.h"
#include "train/memory_need.h"

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

Needs estimate_needs(const nn::ReconstructionNetwork& network, const Recipe& recipe, std::size_t numbered_checkpoints) {
  const double templates =
      static_cast<double>(study::kTemplateModalities.size()) * train::voxels_of(recipe.template_size) * sizeof(float);
  double weights = templates;
  for (const torch::Tensor& parameter : network.parameters()) {
    weights += static_cast<double>(parameter.nbytes());
  }
  const double views = 2 * static_cast<double>(recipe.batch_size);
  Needs needs;
  // One more set of templates while their gradient is made.
  needs.memory_bytes = train::kProgramBytes + train::training_bytes(weights) + templates +
                       views * train::voxels_of(recipe.crop) * train::bytes_per_voxel(recipe.network, train::Work::kPretrain);
  needs.checkpoint_bytes = 3 * weights;
  needs.disk_bytes =
      (static_cast<double>(std::max<std::size_t>(numbered_checkpoints, 1)) + 1) * needs.checkpoint_bytes + 2 * weights;
  return needs;
}

void check_needs(const Needs& needs, bool on_cpu, const std::filesystem::path& checkpoints) {
  const std::uint64_t disk = free_disk(checkpoints) + bytes_below(checkpoints);
  log::info("checkpoints need about " + train::memory_text(needs.disk_bytes) + " of disk (" + human_bytes(disk) + " free), " +
            train::memory_text(needs.checkpoint_bytes) + " each; time is known after a few steps");
  train::check_memory("a step", needs.memory_bytes, on_cpu, "use a smaller --crop, --batch-size, --template-size or --network");
  if (needs.disk_bytes > static_cast<double>(disk)) {
    throw Error(ExitCode::kOutOfResources, checkpoints.string() + ": checkpoints need about " +
                                               train::memory_text(needs.disk_bytes) + " where " + human_bytes(disk) +
                                               " are free; free some space, or use a smaller --keep or --template-size");
  }
}

} // namespace brainmvp::pretrain
