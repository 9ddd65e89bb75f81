#include "nn/networks/generic_networks.h"

namespace brainmvp::nn {
namespace {

using torch::Tensor;

// A segmentation network with as many outputs as channels. It is no child itself, so that names are its own and that it stays out
// of training: then it leaves its deeper heads out, while its children train.
class SkipReconstruction : public ReconstructionNetwork {
public:
  explicit SkipReconstruction(std::shared_ptr<SegmentationNetwork> network) : network_(std::move(network)) {
    network_->eval();
    for (const auto& child : network_->named_children()) {
      register_module(child.key(), child.value());
    }
    train();
  }

  Reconstruction forward(const Tensor& x) override {
    Segmentation result = network_->forward(x);
    return {.features = std::move(result.features), .image = std::move(result.logits)};
  }

private:
  std::shared_ptr<SegmentationNetwork> network_;
};

} // namespace

std::shared_ptr<ReconstructionNetwork> make_skip_reconstruction(const Backbone& backbone, std::int64_t channels) {
  return std::make_shared<SkipReconstruction>(make_segmentation_network(backbone.name, channels, channels));
}

} // namespace brainmvp::nn
