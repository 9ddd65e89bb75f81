// Networks for pre-training: an encoder and a decoder without skip connections that reconstructs one modality.
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "nn/backbones.h"

namespace brainmvp::nn {

struct Reconstruction {
  std::vector<torch::Tensor>
      features;        // the encoder's, finest first; in the network's own axis order; the last is the contrastive one
  torch::Tensor image; // [B, 1, H, W, D]
};

// Names of tensors are those of the public code's checkpoints, without "module." (golden/state_dict_pretrain_*.json).
class ReconstructionNetwork : public torch::nn::Module {
public:
  // x: [B, 1, H, W, D], each of H, W, D a multiple of size_multiple().
  virtual Reconstruction forward(const torch::Tensor& x) = 0;
  [[nodiscard]] virtual int size_multiple() const = 0; // 16 for the UniFormers' four stages and patch embeddings, 8 for the UNet
};

// A network with freshly drawn weights (torch's default generator: seed it before). `name`: one of network_names(). Throws
// Error(kUsage) for an unknown one.
std::shared_ptr<ReconstructionNetwork> make_network(const std::string& name);

// Every tensor of a module's state dict, parameters and buffers, in registration order: shared storage, not copies.
std::vector<std::pair<std::string, torch::Tensor>> state_tensors(const torch::nn::Module& module);

} // namespace brainmvp::nn
