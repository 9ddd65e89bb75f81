// Networks for segmentation: the encoder of pre-training with one input channel a modality, a decoder with skips, and deep
// supervision.
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace brainmvp::nn {

struct Segmentation {
  torch::Tensor logits;              // [B, K, H, W, D]
  std::vector<torch::Tensor> deeper; // in training: heads at 1/4 and 1/2, upsampled to [B, K, H, W, D]; empty otherwise
  torch::Tensor quarter;             // in training: logits of the 1/4 head before upsampling, [B, K, H/4, W/4, D/4]
};

// Names of tensors are those of the public code's checkpoints (golden/state_dict_segmentation_uniformer_small.json); the
// encoder's begin with "encoder.".
class SegmentationNetwork : public torch::nn::Module {
public:
  // x: [B, C, H, W, D], each of H, W, D a multiple of size_multiple().
  virtual Segmentation forward(const torch::Tensor& x) = 0;
  [[nodiscard]] virtual int size_multiple() const = 0;
};

// `name`: one of network_names(); weights as make_network draws them.
std::shared_ptr<SegmentationNetwork> make_segmentation_network(const std::string& name, std::int64_t channels,
                                                               std::int64_t outputs);

} // namespace brainmvp::nn
