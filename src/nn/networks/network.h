// Networks for pre-training: an encoder and a decoder that reconstructs one modality.
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "runtime/named_tensors.h"

namespace brainmvp::nn {

struct Reconstruction {
  std::vector<torch::Tensor> features; // the encoder's, finest first
  torch::Tensor image;                 // [B, 1, H, W, D], or as many channels as went in
};

// What leads from the deepest feature back to the image: a decoder without skip connections, so that the encoder must carry
// everything, or that of the segmentation network, which fine-tuning then starts from, too.
enum class Decoder { kPlain, kSkips };

// Names of tensors are those of the public code's checkpoints, without "module." (golden/state_dict_pretrain_*.json), or with
// skips those of the segmentation network.
class ReconstructionNetwork : public torch::nn::Module {
public:
  // x: [B, 1, H, W, D], sides that the backbone's size_multiple divides.
  virtual Reconstruction forward(const torch::Tensor& x) = 0;
};

// A network with freshly drawn weights (torch's default generator: seed it before). Throws Error(kUsage) for an
// unknown name (backbones.h). Several channels go in and come out; the plain decoder is then that of generic_networks.h.
std::shared_ptr<ReconstructionNetwork> make_network(const std::string& name, Decoder decoder = Decoder::kPlain,
                                                    std::int64_t channels = 1);

// Every tensor of a module's state dict, parameters and buffers, in registration order: shared storage, not copies.
NamedTensors state_tensors(const torch::nn::Module& module);
NamedTensors detached_state(const torch::nn::Module& module); // the same without autograd

// What an optimizer changes.
NamedTensors parameters_of(const torch::nn::Module& module);

} // namespace brainmvp::nn
