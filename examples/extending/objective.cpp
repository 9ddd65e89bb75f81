// Learns to restore what averaging over small cubes takes away.
#include <ATen/ops/avg_pool3d.h>
#include <ATen/ops/mse_loss.h>
#include <ATen/ops/upsample_nearest3d.h>

#include "nn/networks/network.h"
#include "objectives/objectives.h"
#include "parallel/sums.h"

namespace example {
using namespace brainmvp;

class Sharpen : public objectives::Objective {
public:
  Sharpen(const std::string& network, std::int64_t side) : Sharpen(nn::make_network(network), side) {}

  [[nodiscard]] objectives::DataNeeds data() const override { return {}; } // one modality and one crop a sample

  NamedTensors losses(const objectives::Batch& batch, const objectives::Step& step) override {
    const torch::Tensor image = batch.images.select(1, 0); // [B, 1, H, W, D]
    const torch::Tensor coarse = at::upsample_nearest3d(at::avg_pool3d(image, side_), image.sizes().slice(2));
    return {{"loss", parallel::mean_over_ranks(at::mse_loss(network_->forward(coarse).image, image), step.share)}};
  }

private:
  Sharpen(std::shared_ptr<nn::ReconstructionNetwork> network, std::int64_t side)
      : Objective(network), network_(std::move(network)), side_(side) {}

  std::shared_ptr<nn::ReconstructionNetwork> network_;
  std::int64_t side_;
};

struct SharpenSettings : objectives::ObjectiveSettings {
  std::int64_t side = 4;

  std::vector<settings::Setting> settings() override {
    return {{.name = "cube_side", .slot = side, .help = "Side in voxels of the cubes", .range = settings::at_least(2)}};
  }
  std::unique_ptr<objectives::Objective> make(const objectives::ObjectiveSetup& setup) const override {
    return std::make_unique<Sharpen>(setup.network, side);
  }
};

void add_sharpen() {
  objectives::add({"sharpen", "what averaging over small cubes takes away", [] { return std::make_shared<SharpenSettings>(); }});
}

} // namespace example
