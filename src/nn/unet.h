// Residual 3D UNet without skip connections: the convolutional counterpart of the UniFormer in pre-training.
#pragma once

#include <memory>

#include "nn/network.h"

namespace brainmvp::nn {

std::shared_ptr<ReconstructionNetwork> make_unet();

} // namespace brainmvp::nn
