// Networks for segmentation: the encoder of pre-training with one input channel a modality, a decoder with skips, and deep
// supervision.
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "nn/layers/deep_supervision.h"

namespace brainmvp::nn {

// Names of tensors are those of the public code's checkpoints (golden/state_dict_segmentation_uniformer_small.json); the
// encoder's begin with "encoder.".
class SegmentationNetwork : public torch::nn::Module {
public:
  // x: [B, C, H, W, D], sides that the backbone's size_multiple divides.
  virtual Segmentation forward(const torch::Tensor& x) = 0;
};

// Weights as make_network draws them. Throws Error(kUsage) for an unknown name and for no channel or output.
std::shared_ptr<SegmentationNetwork> make_segmentation_network(const std::string& name, std::int64_t channels,
                                                               std::int64_t outputs);

} // namespace brainmvp::nn
