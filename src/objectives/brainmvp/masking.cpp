#include "objectives/brainmvp/masking.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/random.h"
#include "base/text.h"
#include "study/modality.h"

namespace brainmvp::objectives {
namespace {

// Draws of one sample.
class SampleDraws {
public:
  SampleDraws(std::uint64_t seed, std::uint64_t epoch, const std::string& id)
      : seed_(seed), epoch_(epoch), study_(text_key(id)) {}

  [[nodiscard]] std::int64_t pick(const std::vector<std::int64_t>& candidates, const char* purpose) const {
    return candidates[stream(purpose).below(candidates.size())];
  }

  [[nodiscard]] std::vector<std::int64_t> kept_blocks(std::size_t blocks, double mask_rate, const char* purpose) const {
    // Without the small number, 1 - 0.8 = 0.19999999999999996 would lose a block of 5.
    const auto kept = static_cast<std::int64_t>(std::floor(static_cast<double>(blocks) * (1 - mask_rate) + 1e-9));
    const std::vector<std::size_t> order = stream(purpose).permutation(blocks);
    return {order.begin(), order.begin() + kept};
  }

private:
  [[nodiscard]] RandomStream stream(const char* purpose) const { return {seed_, epoch_, study_, text_key(purpose)}; }

  std::uint64_t seed_, epoch_, study_;
};

// Channels of modalities other than the target's, one for each modality.
std::vector<std::int64_t> source_candidates(const std::vector<std::string>& modalities, std::int64_t target) {
  std::vector<std::string> seen{modalities[static_cast<std::size_t>(target)]};
  std::vector<std::int64_t> candidates;
  for (std::size_t c = 0; c < modalities.size(); ++c) {
    if (std::ranges::find(seen, modalities[c]) == seen.end()) {
      seen.push_back(modalities[c]);
      candidates.push_back(static_cast<std::int64_t>(c));
    }
  }
  return candidates;
}

std::vector<std::int64_t> target_candidates(const std::vector<std::string>& modalities, const std::string& id) {
  const std::vector<std::int64_t> rows = template_rows(modalities);
  std::vector<std::int64_t> candidates;
  for (std::size_t c = 0; c < rows.size(); ++c) {
    if (rows[c] != kNoTemplate) {
      candidates.push_back(static_cast<std::int64_t>(c));
    }
  }
  if (candidates.empty()) {
    throw Error(ExitCode::kBadInput, "study " + id + ": none of its modalities (" + join(modalities, ", ") +
                                         ") has a template; leave the study out of the training split");
  }
  return candidates;
}

std::size_t block_count(const DrawOptions& options) {
  const auto block = static_cast<std::size_t>(options.mask_block);
  return (options.crop[0] / block) * (options.crop[1] / block) * (options.crop[2] / block);
}

} // namespace

ProxyDraws draw_step(const DrawOptions& options, const std::vector<store::CropSample>& samples,
                     const std::vector<std::string>& study_ids) {
  ProxyDraws draws;
  for (std::size_t b = 0; b < samples.size(); ++b) {
    const SampleDraws sample(options.seed, samples[b].epoch, study_ids.at(b));
    const std::vector<std::string>& modalities = samples[b].modalities;
    const std::int64_t target = sample.pick(target_candidates(modalities, study_ids[b]), "target channel");
    draws.target_channel.push_back(target);
    draws.kept_blocks_view1.push_back(sample.kept_blocks(block_count(options), options.mask_rate, "mask of view 1"));
    draws.kept_blocks_view2.push_back(sample.kept_blocks(block_count(options), options.mask_rate, "mask of view 2"));
    if (options.cross_modal) {
      const std::vector<std::int64_t> sources = source_candidates(modalities, target);
      draws.source_channel.push_back(sources.empty() ? kFromTemplate : sample.pick(sources, "source channel"));
    }
  }
  return draws;
}

std::vector<std::int64_t> template_rows(const std::vector<std::string>& modalities) {
  std::vector<std::int64_t> rows;
  for (const std::string& modality : modalities) {
    const auto row = study::main_index(modality);
    rows.push_back(row ? static_cast<std::int64_t>(*row) : kNoTemplate);
  }
  return rows;
}

torch::Tensor block_mask(const std::vector<std::vector<std::int64_t>>& kept_blocks, const std::array<std::int64_t, 3>& size,
                         std::int64_t mask_block) {
  const std::int64_t n = mask_block;
  if (n <= 0 || size[0] % n != 0 || size[1] % n != 0 || size[2] % n != 0) {
    throw Error(ExitCode::kUsage, "mask blocks of " + std::to_string(n) + " voxels do not divide the crop " +
                                      std::to_string(size[0]) + " x " + std::to_string(size[1]) + " x " +
                                      std::to_string(size[2]) + "; choose another crop or block size");
  }
  const std::int64_t blocks = (size[0] / n) * (size[1] / n) * (size[2] / n);
  const auto batch = static_cast<std::int64_t>(kept_blocks.size());
  torch::Tensor grid = torch::zeros({batch, blocks}, torch::kBool);
  for (std::int64_t b = 0; b < batch; ++b) {
    for (const std::int64_t block : kept_blocks[static_cast<std::size_t>(b)]) {
      if (block < 0 || block >= blocks) {
        throw Error(ExitCode::kInternal, "kept block " + std::to_string(block) + " of sample " + std::to_string(b) +
                                             ": the grid has " + std::to_string(blocks));
      }
      grid.data_ptr<bool>()[b * blocks + block] = true;
    }
  }
  return grid.view({batch, 1, size[0] / n, 1, size[1] / n, 1, size[2] / n, 1})
      .expand({batch, 1, size[0] / n, n, size[1] / n, n, size[2] / n, n})
      .reshape({batch, 1, size[0], size[1], size[2]});
}

} // namespace brainmvp::objectives
