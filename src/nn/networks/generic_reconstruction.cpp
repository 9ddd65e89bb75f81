#include "nn/layers/nnunet_layers.h"
#include "nn/layers/size_check.h"
#include "nn/networks/generic_networks.h"

namespace brainmvp::nn {
namespace {

using torch::Tensor;

class GenericReconstruction : public ReconstructionNetwork {
public:
  GenericReconstruction(const Backbone& row, std::int64_t channels) : channels_(channels), size_multiple_(row.size_multiple) {
    encoder_ = register_module("encoder", row.encoder(channels));
    const auto decoder = register_module("reconstruction", std::make_shared<torch::nn::Module>());
    const auto ups = decoder->register_module("ups", std::make_shared<torch::nn::Module>());
    const std::vector<std::int64_t>& widths = row.widths;
    for (std::size_t level = widths.size() - 1; level > 0; --level) {
      add_up(*ups, widths[level], widths[level - 1], 2);
    }
    if (row.finest_stride() > 1) {
      add_up(*ups, widths[0], widths[0], row.finest_stride());
    }
    output_ = decoder->register_module("output", std::make_shared<OutputConvolution>(widths[0], channels));
  }

  Reconstruction forward(const Tensor& x) override {
    check_input(x, channels_, size_multiple_);
    const std::vector<Tensor> features = encoder_->forward(x);
    Tensor y = features.back();
    for (const auto& up : ups_) {
      y = up->forward(y);
    }
    return {.features = features, .image = output_->forward(y)};
  }

private:
  void add_up(torch::nn::Module& list, std::int64_t in, std::int64_t out, std::int64_t stride) {
    ups_.push_back(list.register_module(std::to_string(ups_.size()), std::make_shared<TransposedConvolution>(in, out, stride)));
  }

  std::int64_t channels_;
  int size_multiple_;
  std::shared_ptr<Encoder> encoder_;
  std::vector<std::shared_ptr<TransposedConvolution>> ups_; // deepest first
  std::shared_ptr<OutputConvolution> output_;
};

} // namespace

std::shared_ptr<ReconstructionNetwork> make_generic_reconstruction(const Backbone& backbone, std::int64_t channels) {
  check_widths(channels, channels);
  return std::make_shared<GenericReconstruction>(backbone, channels);
}

} // namespace brainmvp::nn
