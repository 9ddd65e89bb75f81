#include "objectives/objective.h"

#include <cmath>

#include "nn/networks/backbones.h"

namespace brainmvp::objectives {

RandomStream stream_of(const Batch& batch, std::size_t sample, const Step& step, std::string_view purpose) {
  return {step.seed, batch.samples.at(sample).epoch, text_key(batch.studies.at(sample)), text_key(purpose)};
}

void start_network(torch::nn::Module& network, const ObjectiveSetup& setup) {
  nn::initialise(network, setup.initialisation);
  nn::check_crop(setup.crop, nn::backbone(setup.network));
}

settings::Setting DecoderChoice::setting() {
  return {.name = "decoder",
          .slot = settings::Slot(decoder, {"plain", "skips"}),
          .help = "What restores the image: plain: upsampling of the deepest feature, as in the paper; skips: the decoder of the "
                  "segmentation, which finetune segment then starts from, too"};
}

std::shared_ptr<nn::ReconstructionNetwork> DecoderChoice::network(const ObjectiveSetup& setup, std::int64_t channels) const {
  auto network = nn::make_network(setup.network, decoder, channels);
  start_network(*network, setup);
  return network;
}

double peak_signal_to_noise(double mean_square_error) { return -10 * std::log10(mean_square_error); }

MemoryNeeds Objective::memory() const {
  MemoryNeeds needs{.work = work_};
  for (const torch::Tensor& parameter : network_->parameters()) {
    needs.parameters += static_cast<double>(parameter.nbytes());
  }
  return needs;
}

train::NamedValues Objective::validation(const train::NamedValues& means) const {
  return {{"validation_loss", means.front().second}};
}

} // namespace brainmvp::objectives
