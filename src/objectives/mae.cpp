// Masked autoencoding (He et al. 2022, arXiv 2111.06377) of cubes of a volume, dense: the network is given the whole crop with 0
// in the hidden cubes, since a UniFormer cannot leave tokens out as the encoder of a plain transformer does.
#include "objectives/blocks.h"
#include "objectives/restoration.h"

namespace brainmvp::objectives {
namespace {

using torch::Tensor;

struct MaeSettings : ObjectiveSettings {
  BlockMasking masking{.mask_rate = 0.75};
  DecoderChoice decoder;

  [[nodiscard]] std::vector<settings::Setting> settings() override {
    std::vector<settings::Setting> rows = masking.settings();
    rows.push_back(decoder.setting());
    return rows;
  }
  [[nodiscard]] nn::Workload work() const override { return decoder.work(); }
  [[nodiscard]] std::unique_ptr<Objective> make(const ObjectiveSetup& setup) const override;
};

class Mae : public Restoration {
public:
  Mae(const MaeSettings& settings, std::shared_ptr<nn::ReconstructionNetwork> network)
      : Restoration(network, settings.work()), masking_(settings.masking), network_(std::move(network)) {}

  [[nodiscard]] DataNeeds data() const override { return {}; } // of each study one modality, drawn without preference

private:
  // sum M (g f(Kx) - x)^2 / sum M, over the hidden voxels M of all samples; K are the others.
  Damaged damage(const Batch& batch, const Step& step) override {
    const Tensor target = batch.images.select(1, 0);
    const Tensor kept = masking_.kept_voxels(batch, step);
    return {.target = target, .input = at::where(kept, target, 0), .counted = kept.logical_not()};
  }

  Tensor restore(const Tensor& input) override { return network_->forward(input).image; }

  BlockMasking masking_;
  std::shared_ptr<nn::ReconstructionNetwork> network_;
};

std::unique_ptr<Objective> MaeSettings::make(const ObjectiveSetup& setup) const {
  auto network = decoder.network(setup);
  masking.check(setup.crop);
  return std::make_unique<Mae>(*this, std::move(network));
}

} // namespace

std::shared_ptr<ObjectiveSettings> mae_settings() { return std::make_shared<MaeSettings>(); }

} // namespace brainmvp::objectives
