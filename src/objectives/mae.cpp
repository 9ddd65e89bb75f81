// Masked autoencoding (He et al. 2022, arXiv 2111.06377) of cubes of a volume, dense: the network is given the whole crop with 0
// in the hidden cubes, since a UniFormer cannot leave tokens out as the encoder of a plain transformer does.
#include "base/error.h"
#include "nn/kernels/working_type.h"
#include "nn/layers/size_check.h"
#include "objectives/blocks.h"
#include "objectives/objective.h"
#include "objectives/pictures.h"
#include "parallel/sums.h"

namespace brainmvp::objectives {
namespace {

using torch::Tensor;

struct MaeSettings : ObjectiveSettings {
  std::int64_t mask_block = 8;
  double mask_rate = 0.75;

  [[nodiscard]] std::vector<settings::Setting> settings() override;
  [[nodiscard]] std::unique_ptr<Objective> make(const ObjectiveSetup& setup) const override;
};

class Mae : public Objective {
public:
  Mae(const MaeSettings& settings, const image::Size& crop, std::shared_ptr<nn::ReconstructionNetwork> network)
      : Objective(network), mask_block_(settings.mask_block), mask_rate_(settings.mask_rate), crop_(crop),
        network_(std::move(network)) {}

  [[nodiscard]] DataNeeds data() const override { return {}; } // of each study one modality, drawn without preference

  // sum M (g f(Kx) - x)^2 / sum M, over the hidden voxels M of all samples; K are the others.
  NamedTensors losses(const Batch& batch, const Step& step) override {
    const Tensor target = batch.images.select(1, 0); // [B, 1, H, W, D]
    const Tensor kept = kept_voxels(batch, step).to(target.device());
    const Tensor input = at::where(kept, target, 0);
    const Tensor output = network_->forward(input).image.to(target.scalar_type());
    const nn::WithoutAutocast guard;
    const Tensor hidden = kept.logical_not().to(target.scalar_type());
    const Tensor sums =
        parallel::sum_over_ranks(at::stack({(hidden * (output - target).square()).sum(), hidden.sum()}), step.share);
    if (!step.validates) {
      last_ = {target, input, output.detach()};
    }
    return {{"loss", sums[0] / sums[1]}};
  }

  [[nodiscard]] train::NamedValues validation(const train::NamedValues& means) const override {
    const double loss = means.front().second;
    return {{"validation_loss", loss}, {"validation_psnr", peak_signal_to_noise(loss)}};
  }

  [[nodiscard]] std::vector<std::pair<std::string, io::Picture>> pictures() const override {
    return {{"restored", columns_sheet(last_)}};
  }

private:
  [[nodiscard]] Tensor kept_voxels(const Batch& batch, const Step& step) const {
    std::vector<std::vector<std::int64_t>> kept;
    for (std::size_t b = 0; b < batch.samples.size(); ++b) {
      kept.push_back(draw_kept_blocks(stream_of(batch, b, step, "mask"), block_count(crop_, mask_block_), mask_rate_));
    }
    return block_mask(kept, {batch.images.size(3), batch.images.size(4), batch.images.size(5)}, mask_block_);
  }

  std::int64_t mask_block_;
  double mask_rate_;
  image::Size crop_;
  std::shared_ptr<nn::ReconstructionNetwork> network_;
  std::vector<Tensor> last_; // target, input, output
};

std::vector<settings::Setting> MaeSettings::settings() {
  return {
      {.name = "mask_rate", .slot = mask_rate, .help = "Share of the blocks that is masked", .range = settings::between(0, 1)},
      {.name = "mask_block", .slot = mask_block, .help = "Side of a masked block in voxels", .range = settings::at_least(1)}};
}

std::unique_ptr<Objective> MaeSettings::make(const ObjectiveSetup& setup) const {
  if (mask_rate == 0) {
    throw Error(ExitCode::kUsage, "--mask-rate 0 hides nothing, so that nothing is learned; give a share above 0");
  }
  auto network = reconstruction_network(setup);
  nn::check_crop(setup.crop, mask_block, "the blocks of the mask");
  return std::make_unique<Mae>(*this, setup.crop, std::move(network));
}

} // namespace

std::shared_ptr<ObjectiveSettings> mae_settings() { return std::make_shared<MaeSettings>(); }

} // namespace brainmvp::objectives
