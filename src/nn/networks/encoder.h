// What turns images into features. Every task puts a decoder or a head of its own on one.
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <vector>

namespace brainmvp::nn {

class Encoder : public torch::nn::Module {
public:
  // x: [B, C, H, W, D], sides that the backbone's size_multiple divides. Gives features, finest first: [B, width, h, w, d], any
  // strides.
  virtual std::vector<torch::Tensor> forward(const torch::Tensor& x) = 0;
};

} // namespace brainmvp::nn
