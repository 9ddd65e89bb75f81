// Layers that know how the public code of their network draws their weights (Initialisation::kPublic).
#pragma once

#include <torch/types.h>

namespace brainmvp::nn {

class PublicStart {
public:
  virtual ~PublicStart() = default;
  virtual void draw_public_start() = 0; // of its own tensors, from torch's default generator, without autograd
};

// A layer that the public code leaves as PyTorch draws it.
template <class Layer>
class PyTorchStart : public Layer, public PublicStart {
public:
  using Layer::Layer;
  void draw_public_start() override {}
};

} // namespace brainmvp::nn
