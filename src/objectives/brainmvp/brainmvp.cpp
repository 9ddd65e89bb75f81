// The BrainMVP objective (arXiv 2410.10604, section 3).

#include <algorithm>

#include "base/error.h"
#include "nn/layers/size_check.h"
#include "objectives/brainmvp/masking.h"
#include "objectives/brainmvp/proxy_tasks.h"
#include "objectives/brainmvp/settings.h"
#include "objectives/brainmvp/study_warnings.h"
#include "objectives/brainmvp/template_bank.h"
#include "objectives/brainmvp/template_export.h"
#include "objectives/brainmvp/template_grid.h"
#include "objectives/brainmvp/template_run.h"
#include "objectives/brainmvp/template_start.h"
#include "objectives/pictures.h"
#include "parallel/sums.h"
#include "runtime/ordered_sums.h"
#include "store/crop_placement.h"
#include "study/modality.h"

namespace brainmvp::objectives {
namespace {

double value_of(const train::NamedValues& values, const std::string& name) {
  return std::ranges::find(values, name, &train::NamedValues::value_type::first)->second;
}

bool reconstructs(const LossWeights& weights) { return weights.distillation != 0 || weights.reconstruction != 0; }

ProxyBatch proxy_batch(const Batch& batch) {
  ProxyBatch result{.images = batch.images.select(1, 0), .template_rows = {}, .template_starts = {}};
  for (const store::CropSample& sample : batch.samples) {
    result.template_rows.push_back(template_rows(sample.modalities));
    const image::Size& start = sample.places.front().grid_start;
    result.template_starts.push_back(
        {static_cast<std::int64_t>(start[0]), static_cast<std::int64_t>(start[1]), static_cast<std::int64_t>(start[2])});
  }
  return result;
}

class BrainMvp : public Objective {
public:
  BrainMvp(BrainMvpSettings settings, const ObjectiveSetup& setup, std::shared_ptr<nn::ReconstructionNetwork> network)
      : Objective(network, settings.work()), settings_(std::move(settings)), crop_(setup.crop), network_(std::move(network)),
        modalities_(modalities_of(setup.store, setup.training)),
        affine_(affine_of_templates(setup.store, setup.training, settings_.template_size)) {}

  [[nodiscard]] DataNeeds data() const override {
    return {.modalities = {study::kMainModalities.begin(), study::kMainModalities.end()},
            .channels = settings_.channels,
            .common_grid = settings_.template_size};
  }

  [[nodiscard]] MemoryNeeds memory() const override {
    MemoryNeeds needs = Objective::memory();
    const double bank = bank_bytes(settings_.template_size);
    needs.parameters += bank;
    needs.gradients = bank; // one more set of templates while theirs is made
    needs.views = 2;
    return needs;
  }

  void start(const ObjectiveSetup& setup) override {
    templates_ = make_templates(settings_.template_init, settings_.template_size, setup);
  }
  void warn(const ObjectiveSetup& setup) const override { warn_of_studies(settings_, setup); }

  [[nodiscard]] NamedTensors parameters() const override { return with_bank(templates_, Objective::parameters()); }

  [[nodiscard]] NamedTensors weights() const override { return with_bank(templates_.detach(), Objective::weights()); }

  void to(const at::Device& device) override {
    Objective::to(device);
    templates_ = templates_.detach().to(device).requires_grad_();
  }

  NamedTensors losses(const Batch& batch, const Step& step) override {
    const Phase phase = phase_of(step);
    const ProxyDraws draws = draw_step({.seed = step.seed,
                                        .crop = crop_,
                                        .mask_block = settings_.mask_block,
                                        .mask_rate = settings_.mask_rate,
                                        .cross_modal = phase.cross_modal},
                                       batch.samples, batch.studies);
    const ProxyBatch own = proxy_batch(batch);
    if (step.settle) {
      step.settle(templates_, target_rows(own, draws));
    }
    const ProxyLosses losses = proxy_losses(*network_, templates_, own, draws, phase.weights, settings_.mask_block, step.share);
    NamedTensors terms{{"loss", losses.total}, {"mse_view1", losses.mse_view1}, {"mse_view2", losses.mse_view2}};
    if (step.validates) {
      terms.emplace_back("mse_template", parallel::mean_over_ranks(mean_square_error(losses.fill, losses.target), step.share));
    } else {
      terms.emplace_back("contrastive", losses.contrastive);
    }
    if (step.pictured) {
      last_ = losses;
    }
    return terms;
  }

  // Without the contrastive term, which only counts late in the schedule, unless it is all that is learned.
  [[nodiscard]] double criterion(const train::NamedValues& means) const override {
    if (!reconstructs(settings_.weights)) {
      return Objective::criterion(means);
    }
    return settings_.weights.distillation * value_of(means, "mse_view1") +
           settings_.weights.reconstruction * value_of(means, "mse_view2");
  }

  // The target's template as it is must be beaten.
  [[nodiscard]] train::NamedValues validation(const train::NamedValues& means) const override {
    return {{"validation_loss", value_of(means, "loss")},
            {"validation_psnr_view1", peak_signal_to_noise(value_of(means, "mse_view1"))},
            {"validation_psnr_view2", peak_signal_to_noise(value_of(means, "mse_view2"))},
            {"validation_psnr_template", peak_signal_to_noise(value_of(means, "mse_template"))}};
  }

  [[nodiscard]] std::vector<std::pair<std::string, io::Picture>> pictures() const override {
    const auto error = [this](const torch::Tensor& output) { return (output - last_.target).abs(); };
    auto all = template_pictures(templates_of(templates_, {}).templates);
    all.emplace_back("reconstruction", columns_sheet({last_.target, last_.view1, last_.output1, error(last_.output1), last_.view2,
                                                      last_.output2, error(last_.output2)}));
    return all;
  }

  [[nodiscard]] train::NamedValues picture_errors() const override {
    return {{"reconstruction/error_view1", mean_absolute_error(last_.output1, last_.target, last_.kept1.logical_not())},
            {"reconstruction/error_view2", mean_absolute_error(last_.output2, last_.target, last_.kept2.logical_not())}};
  }

  [[nodiscard]] checkpoint::Dict description() const override { return description_of_templates(modalities_, affine_); }

  void check_output(const std::filesystem::path& run) const override { check_templates_folder(run); }
  void finish(const std::filesystem::path& run) const override { write_templates_folder(run, templates_, modalities_, affine_); }

private:
  // View 2 is always filled from another modality in validation, so that values compare over a whole run.
  [[nodiscard]] Phase phase_of(const Step& step) const {
    if (!step.validates) {
      return phase_at(settings_, step.number, step.total);
    }
    Phase phase{.weights = settings_.weights, .cross_modal = true};
    phase.weights.contrastive = 0;
    return phase;
  }

  BrainMvpSettings settings_;
  image::Size crop_;
  std::shared_ptr<nn::ReconstructionNetwork> network_;
  torch::Tensor templates_;             // [8, Ht, Wt, Dt], raw
  std::vector<std::string> modalities_; // of the training studies, in the order of the bank
  image::Affine affine_;
  ProxyLosses last_; // what is pictured
};

} // namespace

std::unique_ptr<Objective> BrainMvpSettings::make(const ObjectiveSetup& setup) const {
  if (weights.distillation == 0 && weights.reconstruction == 0 && weights.contrastive == 0) {
    throw Error(ExitCode::kUsage, "--weight-distillation, --weight-reconstruction and --weight-contrastive are all 0, so that "
                                  "nothing is learned; give one of them a weight");
  }
  store::check_grid(setup.crop, template_size);
  auto network = decoder.network(setup);
  nn::check_crop(setup.crop, mask_block, "the blocks of the mask");
  return std::make_unique<BrainMvp>(*this, setup, std::move(network));
}

} // namespace brainmvp::objectives
