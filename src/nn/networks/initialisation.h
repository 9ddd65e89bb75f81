// What weights start from.
#pragma once

#include <torch/nn/module.h>

namespace brainmvp::nn {

enum class Initialisation {
  kPublic,  // as the public code of the network (UniFormer and UNet: BrainMVP's, resenc: nnU-Net's, mednext: MONAI's):
            // convolutions of a UniFormer and of resenc by He et al. 2015 (arXiv 1502.01852), all else as PyTorch
  kPyTorch, // PyTorch's defaults: uniform in +-1 / sqrt(fan-in), weights and biases
};

// Draws the weights of a network that was just made, which has PyTorch's, from torch's default generator.
void initialise(torch::nn::Module& network, Initialisation start);

} // namespace brainmvp::nn
