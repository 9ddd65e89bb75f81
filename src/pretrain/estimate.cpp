#include "pretrain/estimate.h"

#include <algorithm>
#include <map>

#include "base/error.h"
#include "base/log.h"
#include "base/machine.h"
#include "base/text.h"
#include "study/modality.h"

namespace brainmvp::pretrain {
namespace {

constexpr std::uint64_t kProgramBytes = 350'000'000; // libtorch, code and buffers

// Activations of a step in bytes a voxel of one view, measured as peak resident memory less weights, in fp32.
std::uint64_t activation_bytes_per_voxel(const std::string& network) {
  static const std::map<std::string, std::uint64_t> measured{
      {"uniformer_tiny", 800}, {"uniformer_small", 1600}, {"uniformer_base", 2800}, {"unet", 2000}};
  const auto found = measured.find(network);
  return found == measured.end() ? 2800 : found->second;
}

std::uint64_t voxels_of(const image::Size& size) { return std::uint64_t{size[0]} * size[1] * size[2]; }

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
  const std::uint64_t templates = study::kTemplateModalities.size() * voxels_of(recipe.template_size) * sizeof(float);
  std::uint64_t weights = templates;
  for (const torch::Tensor& parameter : network.parameters()) {
    weights += parameter.nbytes();
  }
  const std::uint64_t views = 2 * static_cast<std::uint64_t>(recipe.batch_size);
  Needs needs;
  // Weights, gradients and two moments; one more set of templates while their gradient is made; what a checkpoint copies.
  needs.memory_bytes =
      kProgramBytes + (4 + 3) * weights + templates + views * voxels_of(recipe.crop) * activation_bytes_per_voxel(recipe.network);
  needs.checkpoint_bytes = 3 * weights;
  needs.disk_bytes = (std::max<std::uint64_t>(numbered_checkpoints, 1) + 1) * needs.checkpoint_bytes + 2 * weights;
  return needs;
}

void check_needs(const Needs& needs, bool on_cpu, const std::filesystem::path& checkpoints) {
  const std::uint64_t memory = available_memory();
  const std::uint64_t disk = free_disk(checkpoints) + bytes_below(checkpoints);
  log::info("needs about " + human_bytes(needs.memory_bytes) + " of " +
            (on_cpu ? "memory (" + human_bytes(memory) + " free)" : "GPU memory") + " and " + human_bytes(needs.disk_bytes) +
            " of disk for checkpoints (" + human_bytes(disk) + " free), " + human_bytes(needs.checkpoint_bytes) +
            " each; time is known after a few steps");
  if (on_cpu && needs.memory_bytes > memory) {
    throw Error(ExitCode::kOutOfResources, "a step needs about " + human_bytes(needs.memory_bytes) + " of memory where " +
                                               human_bytes(memory) + " are free; use a smaller --crop, --batch-size, " +
                                               "--template-size or --network");
  }
  if (needs.disk_bytes > disk) {
    throw Error(ExitCode::kOutOfResources, checkpoints.string() + ": checkpoints need about " + human_bytes(needs.disk_bytes) +
                                               " where " + human_bytes(disk) +
                                               " are free; free some space, or use a smaller --keep or --template-size");
  }
}

} // namespace brainmvp::pretrain
