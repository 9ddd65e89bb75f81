// SimMIM (Xie et al. 2022, arXiv 2111.09886) in 3D: hidden cubes are restored by a single linear layer on the deepest feature.
// There the mask token takes the place of a hidden patch's embedding. Stems of most backbones overlap their neighbours or are
// followed by convolutions, so that embeddings would tell what is hidden: the dense variant, as in 3D ports, fills the hidden
// voxels before the stem, with one learned value.
#include "nn/layers/layers.h"
#include "nn/layers/size_check.h"
#include "nn/networks/backbones.h"
#include "objectives/blocks.h"
#include "objectives/restoration.h"
#include "runtime/ordered_sums.h"

namespace brainmvp::objectives {
namespace {

using torch::Tensor;

// An encoder, the value of hidden voxels, and from each deepest token the cube of voxels that it stands for.
class SimMimNetwork : public torch::nn::Module {
public:
  explicit SimMimNetwork(const nn::Backbone& row) : stride_(row.size_multiple) {
    encoder_ = register_module("encoder", row.encoder(1));
    mask_value = register_parameter("mask_value", at::zeros({1}));
    restoration_ = register_module(
        "restoration", std::make_shared<nn::Linear>(row.widths.back(), stride_ * stride_ * stride_, nn::Linear::Kind::kMatrix));
  }

  Tensor forward(const Tensor& x) { // [B, 1, H, W, D], and so is the result
    nn::check_input(x, 1, stride_);
    const Tensor tokens = encoder_->forward(x).back().permute({0, 2, 3, 4, 1}).contiguous(); // [B, h, w, d, C]
    const Tensor cubes = restoration_->forward(tokens).view(
        {x.size(0), tokens.size(1), tokens.size(2), tokens.size(3), stride_, stride_, stride_});
    return cubes.permute({0, 1, 4, 2, 5, 3, 6}).reshape(x.sizes());
  }

  Tensor mask_value; // [1]

private:
  std::int64_t stride_;
  std::shared_ptr<nn::Encoder> encoder_;
  std::shared_ptr<nn::Linear> restoration_;
};

struct SimMimSettings : ObjectiveSettings {
  BlockMasking masking{.mask_rate = 0.6};

  [[nodiscard]] std::vector<settings::Setting> settings() override { return masking.settings(); }
  [[nodiscard]] std::unique_ptr<Objective> make(const ObjectiveSetup& setup) const override;
};

class SimMim : public Restoration {
public:
  SimMim(const BlockMasking& masking, std::shared_ptr<SimMimNetwork> network)
      : Restoration(network, nn::Workload::kPretrain, Measure::kAbsolute), masking_(masking), network_(std::move(network)) {}

  [[nodiscard]] DataNeeds data() const override { return {}; } // of each study one modality, drawn without preference

private:
  // sum M |x - g f(Kx + M v)| / sum M, over the hidden voxels M of all samples; K are the others, v is learned.
  Damaged damage(const Batch& batch, const Step& step) override {
    const Tensor target = batch.images.select(1, 0);
    const Tensor kept = masking_.kept_voxels(batch, step);
    return {.target = target,
            .input = at::where(kept, target, filled_with(network_->mask_value, target.sizes())),
            .counted = kept.logical_not()};
  }

  Tensor restore(const Tensor& input) override { return network_->forward(input); }

  BlockMasking masking_;
  std::shared_ptr<SimMimNetwork> network_;
};

std::unique_ptr<Objective> SimMimSettings::make(const ObjectiveSetup& setup) const {
  auto network = std::make_shared<SimMimNetwork>(nn::backbone(setup.network));
  start_network(*network, setup);
  masking.check(setup.crop);
  return std::make_unique<SimMim>(masking, std::move(network));
}

} // namespace

std::shared_ptr<ObjectiveSettings> simmim_settings() { return std::make_shared<SimMimSettings>(); }

} // namespace brainmvp::objectives
