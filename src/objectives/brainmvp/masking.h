// What is random in a step of pre-training: target and source channels, and the blocks that stay visible.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "objectives/brainmvp/proxy_tasks.h"
#include "store/loader.h"

namespace brainmvp::objectives {

struct DrawOptions {
  std::uint64_t seed = 0;
  image::Size crop{96, 96, 96};
  std::int64_t mask_block = 8; // side of a block in voxels
  double mask_rate = 0.8;      // floor(blocks * (1 - mask_rate)) blocks stay visible
  bool cross_modal = true;     // view 2 is filled from another modality of the study
};

// Draws of one batch; study_ids[b] is the id of samples[b]'s study. Every draw comes from a stream of (seed, epoch, study,
// purpose). Targets are channels whose modality has a template. A study with one modality has source channel
// kFromTemplate. Throws Error(kBadInput) for a study without a modality that has a template.
ProxyDraws draw_step(const DrawOptions& options, const std::vector<store::CropSample>& samples,
                     const std::vector<std::string>& study_ids);

// Rows of the template bank for ProxyBatch::template_rows; kNoTemplate where a modality has none.
inline constexpr std::int64_t kNoTemplate = -1;
std::vector<std::int64_t> template_rows(const std::vector<std::string>& modalities);

} // namespace brainmvp::objectives
