// The BrainMVP objective (arXiv 2410.10604, section 3).
#include <ATen/ops/mse_loss.h>

#include <algorithm>
#include <cmath>

#include "base/atomic_file.h"
#include "base/log.h"
#include "base/own_files.h"
#include "base/text.h"
#include "nn/networks/backbones.h"
#include "nn/networks/network.h"
#include "objectives/brainmvp/masking.h"
#include "objectives/brainmvp/pictures.h"
#include "objectives/brainmvp/proxy_tasks.h"
#include "objectives/brainmvp/settings.h"
#include "objectives/brainmvp/template_bank.h"
#include "objectives/brainmvp/template_export.h"
#include "objectives/brainmvp/template_start.h"
#include "parallel/sums.h"
#include "store/crop_placement.h"
#include "study/modality.h"

namespace brainmvp::objectives {
namespace {
namespace fs = std::filesystem;

constexpr const char* kTemplatesFolder = "templates"; // in the run's folder
constexpr const char* kBankTensor = "rep_template";

// In dB, where 1 is the 95th percentile of an image.
double peak_signal_to_noise(double mean_square_error) { return -10 * std::log10(mean_square_error); }

double value_of(const train::NamedValues& values, const std::string& name) {
  return std::ranges::find(values, name, &train::NamedValues::value_type::first)->second;
}

// In the order of the template bank.
std::vector<std::string> modalities_of(const store::Store& store, const std::vector<std::size_t>& positions) {
  std::vector<std::string> names;
  for (const std::string_view name : study::kMainModalities) {
    if (std::ranges::any_of(positions, [&](std::size_t position) {
          return std::ranges::count(store.studies()[position].modalities(), name) > 0;
        })) {
      names.emplace_back(name);
    }
  }
  return names;
}

// RAS, with the voxels of the store; the grid's centre lies where the centres of the studies lie on average.
image::Affine affine_of_templates(const store::Store& store, const std::vector<std::size_t>& positions, const image::Size& size) {
  image::Affine affine;
  for (const std::size_t position : positions) {
    const store::StoredStudy& study = store.studies()[position];
    image::Vector centre{};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      centre[axis] = (static_cast<double>(study.size()[axis]) - 1) / 2;
    }
    centre = study.affine().apply(centre);
    for (std::size_t axis = 0; axis < 3; ++axis) {
      affine.translation[axis] += centre[axis] / static_cast<double>(positions.size());
    }
  }
  for (std::size_t axis = 0; axis < 3; ++axis) {
    affine.matrix[axis][axis] = store.parameters().spacing_mm;
    affine.translation[axis] -= store.parameters().spacing_mm * (static_cast<double>(size[axis]) - 1) / 2;
  }
  return affine;
}

// Studies with a single modality, whose view 2 is filled from the template in every phase.
void warn_of_single_modalities(const store::Store& store, const std::vector<std::size_t>& positions) {
  std::vector<std::string> ids;
  for (const std::size_t position : positions) {
    if (store.studies()[position].modalities().size() == 1) {
      ids.push_back(store.studies()[position].id());
    }
  }
  if (!ids.empty()) {
    log::warning(std::to_string(ids.size()) +
                 " studies have one modality only; their view 2 is filled from the template: " + join(ids, ", "));
  }
}

void warn_of_studies(const BrainMvpSettings& settings, const ObjectiveSetup& setup) {
  const std::size_t larger = store::count_larger_than(setup.store, setup.training, settings.template_size);
  if (larger > 0) {
    log::warning(std::to_string(larger) + " of " + std::to_string(setup.training.size()) +
                 " studies are larger than the template grid: their crops are drawn inside it, so that their borders are "
                 "never seen; raise --template-size to see all of them");
  }
  if (settings.template_init == TemplateInit::kZero && !setup.has_init) {
    log::warning("templates start from zero, as the published code does: their first gradients are huge, and AdamW then holds "
                 "most voxels nearly still for thousands of steps; --template-init mean starts from the prepared studies");
  }
  warn_of_single_modalities(setup.store, setup.training);
}

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

ProxyLosses without_gradient(ProxyLosses losses) {
  losses.total = losses.total.detach();
  return losses;
}

class BrainMvp : public Objective {
public:
  BrainMvp(BrainMvpSettings settings, const ObjectiveSetup& setup, std::shared_ptr<nn::ReconstructionNetwork> network)
      : Objective(network), settings_(std::move(settings)), crop_(setup.crop), network_(std::move(network)),
        modalities_(modalities_of(setup.store, setup.training)),
        affine_(affine_of_templates(setup.store, setup.training, settings_.template_size)) {}

  [[nodiscard]] DataNeeds data() const override {
    return {.modalities = {study::kMainModalities.begin(), study::kMainModalities.end()},
            .channels = settings_.channels,
            .common_grid = settings_.template_size};
  }

  [[nodiscard]] MemoryNeeds memory() const override {
    MemoryNeeds needs = Objective::memory();
    const image::Size& size = settings_.template_size;
    const double bank = static_cast<double>(study::kMainModalities.size()) * static_cast<double>(size[0]) *
                        static_cast<double>(size[1]) * static_cast<double>(size[2]) * sizeof(float);
    needs.parameters += bank;
    needs.gradients = bank; // one more set of templates while theirs is made
    needs.views = 2;
    return needs;
  }

  void start(const ObjectiveSetup& setup) override { templates_ = make_templates(settings_, setup); }
  void warn(const ObjectiveSetup& setup) const override { warn_of_studies(settings_, setup); }

  [[nodiscard]] NamedTensors parameters() const override {
    NamedTensors parameters{{kBankTensor, templates_}};
    const NamedTensors network = Objective::parameters();
    parameters.insert(parameters.end(), network.begin(), network.end());
    return parameters;
  }

  [[nodiscard]] NamedTensors weights() const override {
    NamedTensors weights{{kBankTensor, templates_.detach()}};
    const NamedTensors network = Objective::weights();
    weights.insert(weights.end(), network.begin(), network.end());
    return weights;
  }

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
      terms.emplace_back("mse_template", parallel::mean_over_ranks(at::mse_loss(losses.fill, losses.target), step.share));
    } else {
      terms.emplace_back("contrastive", losses.contrastive);
      last_ = without_gradient(losses);
    }
    return terms;
  }

  // Without the contrastive term, which only counts late in the schedule.
  [[nodiscard]] double criterion(const train::NamedValues& means) const override {
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
    return {{"views", views_sheet(last_)}, {"templates", templates_sheet(templates_)}};
  }

  [[nodiscard]] checkpoint::Dict description() const override {
    checkpoint::List names;
    for (const std::string& name : modalities_) {
      names.push_back({name});
    }
    checkpoint::List rows;
    for (std::size_t row = 0; row < 3; ++row) {
      const auto& [a, b, c] = affine_.matrix[row];
      rows.push_back({checkpoint::List{{a}, {b}, {c}, {affine_.translation[row]}}});
    }
    return {{{std::string("modalities")}, {names}}, {{std::string("template_affine")}, {rows}}};
  }

  void check_output(const fs::path& run) const override {
    const fs::path folder = run / kTemplatesFolder;
    refuse_foreign_files(folder, made_files(folder));
  }

  void finish(const fs::path& run) const override {
    TemplateSet set = templates_of(templates_, affine_);
    std::erase_if(set.templates,
                  [&](const Template& learned) { return std::ranges::find(modalities_, learned.modality) == modalities_.end(); });
    AtomicFolder folder(run / kTemplatesFolder);
    write_templates(folder.temporary(), set.templates);
    folder.commit();
  }

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
  ProxyLosses last_; // for pictures
};

} // namespace

std::unique_ptr<Objective> BrainMvpSettings::make(const ObjectiveSetup& setup) const {
  store::check_grid(setup.crop, template_size);
  auto network = nn::make_network(setup.network);
  nn::initialise(*network, setup.initialisation);
  check_crop(setup.crop, nn::backbone(setup.network).size_multiple, setup.network);
  check_crop(setup.crop, mask_block, "the blocks of the mask");
  return std::make_unique<BrainMvp>(*this, setup, std::move(network));
}

} // namespace brainmvp::objectives
