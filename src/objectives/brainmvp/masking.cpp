#include "objectives/brainmvp/masking.h"

#include <algorithm>

#include "base/error.h"
#include "base/random.h"
#include "base/text.h"
#include "objectives/blocks.h"
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

  [[nodiscard]] std::vector<std::int64_t> kept_blocks(const DrawOptions& options, const char* purpose) const {
    return draw_kept_blocks(stream(purpose), block_count(options.crop, options.mask_block), options.mask_rate);
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

} // namespace

ProxyDraws draw_step(const DrawOptions& options, const std::vector<store::CropSample>& samples,
                     const std::vector<std::string>& study_ids) {
  ProxyDraws draws;
  for (std::size_t b = 0; b < samples.size(); ++b) {
    const SampleDraws sample(options.seed, samples[b].epoch, study_ids.at(b));
    const std::vector<std::string>& modalities = samples[b].modalities;
    const std::int64_t target = sample.pick(target_candidates(modalities, study_ids[b]), "target channel");
    draws.target_channel.push_back(target);
    draws.kept_blocks_view1.push_back(sample.kept_blocks(options, "mask of view 1"));
    draws.kept_blocks_view2.push_back(sample.kept_blocks(options, "mask of view 2"));
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

} // namespace brainmvp::objectives
