#include "pretrain/trainee.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "base/atomic_file.h"
#include "pretrain/pictures.h"
#include "pretrain/template_export.h"
#include "pretrain/validation.h"

namespace brainmvp::pretrain {
namespace {

using checkpoint::List;
using checkpoint::Value;

// What the functions of a trainee share.
struct Training {
  TraineeSetup setup;
  Model model;
  std::unique_ptr<store::CropLoader> loader; // made at the first step, where a resumed run goes on
  Losses last;                               // for pictures
};

store::CropLoaderOptions loader_options(const TraineeSetup& setup, const store::Distribution& distribution) {
  const Recipe& recipe = setup.step.recipe;
  return {.seed = setup.step.seed,
          .distribution = distribution,
          .channels = recipe.channels,
          .crop = recipe.crop,
          .template_size = recipe.template_size,
          .intensities = recipe.intensities,
          .threads = setup.loader_threads};
}

train::StepLosses accumulate(Training& training, std::uint64_t step, const train::StepTools& tools) {
  const StepSetup& setup = training.setup.step;
  if (!training.loader) {
    training.loader = std::make_unique<store::CropLoader>(setup.store, training.setup.training,
                                                          loader_options(training.setup, tools.distribution),
                                                          step * tools.distribution.batches_per_step());
  }
  StepResult result = accumulate_gradients(training.model, tools, *training.loader, setup, step);
  training.last = std::move(result.last);
  return {.values = {{"loss", result.losses.total},
                     {"mse_view1", result.losses.view1},
                     {"mse_view2", result.losses.view2},
                     {"contrastive", result.losses.contrastive}},
          .criterion = reconstruction_loss(result.losses, setup.recipe.weights),
          .epoch = result.epoch,
          .wait_seconds = result.wait_seconds,
          .studies = std::move(result.studies)};
}

// In dB, where 1 is the 95th percentile of an image.
double peak_signal_to_noise(double mean_square_error) { return -10 * std::log10(mean_square_error); }

train::Validation validate(const Training& training) {
  const TraineeSetup& setup = training.setup;
  const ValidationErrors errors = validation_errors(training.model, setup.validation, setup.step, setup.loader_threads);
  return {.loss = errors.loss,
          .values = {{"validation_loss", errors.loss},
                     {"validation_psnr_view1", peak_signal_to_noise(errors.view1)},
                     {"validation_psnr_view2", peak_signal_to_noise(errors.view2)},
                     {"validation_psnr_template", peak_signal_to_noise(errors.templates)}}};
}

void export_templates(const Training& training) {
  TemplateSet set = templates_of(training.model.templates, training.setup.template_affine);
  std::erase_if(set.templates, [&](const Template& learned) {
    return std::ranges::find(training.setup.modalities, learned.modality) == training.setup.modalities.end();
  });
  AtomicFolder folder(training.setup.template_folder);
  write_templates(folder.temporary(), set.templates);
  folder.commit();
}

void log_pictures(const Training& training, train::RunFolder& folder, std::uint64_t step) {
  folder.picture("views", step, views_sheet(training.last));
  folder.picture("templates", step, templates_sheet(training.model.templates));
}

} // namespace

checkpoint::Dict description_of(const TraineeSetup& setup) {
  List names;
  for (const std::string& name : setup.modalities) {
    names.push_back({name});
  }
  List rows;
  for (std::size_t row = 0; row < 3; ++row) {
    const auto& [a, b, c] = setup.template_affine.matrix[row];
    rows.push_back({List{{a}, {b}, {c}, {setup.template_affine.translation[row]}}});
  }
  const char* intensities = store::kIntensitiesNames.at(static_cast<std::size_t>(setup.step.recipe.intensities));
  return {{{std::string("modalities")}, {names}},
          {{std::string("template_affine")}, {rows}},
          {{std::string("intensities")}, {std::string(intensities)}}};
}

train::Trainee make_trainee(const TraineeSetup& setup, const Model& model) {
  const auto training = std::make_shared<Training>(Training{.setup = setup, .model = model, .loader = {}, .last = {}});
  train::Trainee trainee{
      .what = "pre-training",
      .network = model.network,
      .parameters = parameters_of(model),
      .weights = weights_of(model),
      .accumulate_gradients = [training](std::uint64_t step,
                                         const train::StepTools& tools) { return accumulate(*training, step, tools); },
      .validate = nullptr,
      .log_pictures = [training](train::RunFolder& folder, std::uint64_t step) { log_pictures(*training, folder, step); },
      .finish = [training] { export_templates(*training); }};
  if (!setup.validation.empty()) {
    trainee.validate = [training] { return validate(*training); };
  }
  return trainee;
}

} // namespace brainmvp::pretrain
