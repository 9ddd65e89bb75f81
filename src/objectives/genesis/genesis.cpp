// Models Genesis (Zhou et al. 2021, arXiv 2004.07882): a crop whose intensities, places and parts are distorted is restored.
#include "objectives/genesis/distortion.h"
#include "objectives/restoration.h"
#include "train/augmentation.h"

namespace brainmvp::objectives {
namespace {

using torch::Tensor;

struct GenesisSettings : ObjectiveSettings {
  double flip_rate = 0.4;
  DistortionRates rates;
  DecoderChoice decoder;

  [[nodiscard]] std::vector<settings::Setting> settings() override;
  [[nodiscard]] nn::Workload work() const override { return decoder.work(); }
  [[nodiscard]] std::unique_ptr<Objective> make(const ObjectiveSetup& setup) const override;
};

class Genesis : public Restoration {
public:
  Genesis(const GenesisSettings& settings, std::shared_ptr<nn::ReconstructionNetwork> network)
      : Restoration(network, settings.work()), flip_rate_(settings.flip_rate), rates_(settings.rates),
        network_(std::move(network)) {}

  [[nodiscard]] DataNeeds data() const override { return {}; } // of each study one modality, drawn without preference

private:
  // mean (g f(distorted x) - x)^2 over all voxels. Curves and noise are those of values in [0, 1], which unclipped ones are cut
  // to.
  Damaged damage(const Batch& batch, const Step& step) override {
    std::vector<Tensor> targets, inputs;
    const Tensor images = batch.images.select(1, 0).to(at::kCPU, at::kFloat).clamp(0, 1);
    for (std::size_t b = 0; b < batch.samples.size(); ++b) {
      RandomStream flips = stream_of(batch, b, step, "flips");
      RandomStream distortion = stream_of(batch, b, step, "distortion");
      targets.push_back(train::flipped(images[static_cast<std::int64_t>(b)], draw_flips(flip_rate_, flips)));
      Tensor input = targets.back().clone(at::MemoryFormat::Contiguous);
      distort({.values = {input.mutable_data_ptr<float>(), static_cast<std::size_t>(input.numel())},
               .size = {input.size(1), input.size(2), input.size(3)}},
              rates_, distortion);
      inputs.push_back(std::move(input));
    }
    return {.target = at::stack(targets).to(batch.images.options()),
            .input = at::stack(inputs).to(batch.images.options()),
            .counted = {}};
  }

  Tensor restore(const Tensor& input) override { return network_->forward(input).image; }

  double flip_rate_;
  DistortionRates rates_;
  std::shared_ptr<nn::ReconstructionNetwork> network_;
};

std::vector<settings::Setting> GenesisSettings::settings() {
  const settings::Range share = settings::between(0, 1);
  return {
      {.name = "flip_rate", .slot = flip_rate, .help = "Probability of a flip, and of each of two further ones", .range = share},
      {.name = "shuffle_rate",
       .slot = rates.shuffle,
       .help = "Probability that voxels are shuffled within small boxes",
       .range = share},
      {.name = "curve_rate",
       .slot = rates.curve,
       .help = "Probability that intensities go through a Bezier curve",
       .range = share},
      {.name = "paint_rate", .slot = rates.paint, .help = "Probability that parts are painted over with noise", .range = share},
      {.name = "inpaint_rate",
       .slot = rates.inside,
       .help = "Share of the painted crops that are painted inside; the others outside",
       .range = share},
      decoder.setting()};
}

std::unique_ptr<Objective> GenesisSettings::make(const ObjectiveSetup& setup) const {
  return std::make_unique<Genesis>(*this, decoder.network(setup));
}

} // namespace

std::shared_ptr<ObjectiveSettings> genesis_settings() { return std::make_shared<GenesisSettings>(); }

} // namespace brainmvp::objectives
