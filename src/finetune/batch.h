// From samples to the network's input: filling, augmentation and mixtures.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/random.h"
#include "finetune/samples.h"
#include "model/model.h"
#include "store/store.h"
#include "train/augmentation.h"

namespace brainmvp::finetune {

struct BatchSetup {
  const store::Store& store;
  const model::ModelDescription& description;
  train::AugmentationOptions augmentation;
  std::size_t mix_channels = 0; // most channels that a mixture takes from templates; 0: one plain input a sample
  std::uint64_t seed = 0;
  at::Device device{at::kCPU};
};

struct NetworkBatch {
  torch::Tensor images; // [B, C, H, W, D], or [2 B, ...]: the first mixtures of all samples, then the second ones
  torch::Tensor labels; // [B, H, W, D] or [2 B, ...] uint8, values of the label maps; undefined for whole volumes
};

// Missing channels are the template's part of the crop; a mixture replaces some of the present ones by theirs too. All of
// that moves with the image when it is turned.
NetworkBatch network_batch(const SampleBatch& samples, const BatchSetup& setup);

// Channels that a mixture takes from templates: 0 .. min(at_most, channels - 1) of them, each number alike.
std::vector<bool> draw_mixture(std::size_t channels, std::size_t at_most, RandomStream& stream);

// Ids of the samples' studies, for messages.
std::vector<std::string> study_ids(const SampleBatch& samples, const store::Store& store);

} // namespace brainmvp::finetune
