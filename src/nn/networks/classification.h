// Networks for classification: the encoder of pre-training with one input channel a modality, global average pooling of its
// last feature, and a linear layer.
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <string>

namespace brainmvp::nn {

// The encoder's tensors begin with "encoder.", the linear layer's with "head.".
class ClassificationNetwork : public torch::nn::Module {
public:
  // x: [B, C, H, W, D], sides that the backbone's size_multiple divides -> logits [B, K]
  virtual torch::Tensor forward(const torch::Tensor& x) = 0;
};

// `dropout`: of the pooled features, in training. Throws Error(kUsage) for an unknown name and for no channel or class.
std::shared_ptr<ClassificationNetwork> make_classification_network(const std::string& name, std::int64_t channels,
                                                                   std::int64_t classes, double dropout = 0);

} // namespace brainmvp::nn
