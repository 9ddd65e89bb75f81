#include "pretrain/run.h"

#include <ATen/Context.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/log.h"
#include "base/own_files.h"
#include "base/text.h"
#include "checkpoint/encoder_transfer.h"
#include "pretrain/estimate.h"
#include "pretrain/store_warnings.h"
#include "pretrain/template_export.h"
#include "pretrain/template_start.h"
#include "pretrain/trainee.h"
#include "store/crop_placement.h"
#include "store/twin_check.h"
#include "study/modality.h"
#include "train/session.h"

namespace brainmvp::pretrain {
namespace fs = std::filesystem;
namespace {

std::uint64_t schedule_steps(const RunOptions& options, std::size_t studies, std::uint64_t per_step) {
  if (options.steps > 0) {
    return options.steps;
  }
  return std::max<std::uint64_t>((options.recipe.epochs * studies + per_step - 1) / per_step, 1);
}

void warn_of_studies(const RunOptions& options, const store::Store& store, const std::vector<std::size_t>& training) {
  const std::size_t larger = store::count_larger_than(store, training, options.recipe.template_size);
  if (larger > 0) {
    log::warning(std::to_string(larger) + " of " + std::to_string(training.size()) +
                 " studies are larger than the template grid: their crops are drawn inside it, so that their borders are "
                 "never seen; raise --template-size to see all of them");
  }
  if (options.recipe.template_init == TemplateInit::kZero && options.init.empty()) {
    log::warning("templates start from zero, as the published code does: their first gradients are huge, and AdamW then holds "
                 "most voxels nearly still for thousands of steps; --template-init mean starts from the prepared studies");
  }
  warn_of_single_modalities(store, training);
}

// In the order of the template bank.
std::vector<std::string> modalities_of(const store::Store& store, const std::vector<std::size_t>& positions) {
  std::vector<std::string> names;
  for (const std::string_view name : study::kTemplateModalities) {
    if (std::ranges::any_of(positions, [&](std::size_t position) {
          return std::ranges::count(store.studies()[position].modalities(), name) > 0;
        })) {
      names.emplace_back(name);
    }
  }
  return names;
}

// RAS, with the voxels of the store; the grid's centre lies where the centres of the studies lie on average.
image::Affine template_affine(const store::Store& store, const std::vector<std::size_t>& positions, const image::Size& size) {
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

void check_crop(const image::Size& crop, std::int64_t multiple, const std::string& of_what) {
  for (const std::size_t side : crop) {
    if (side == 0 || static_cast<std::int64_t>(side) % multiple != 0) {
      throw Error(ExitCode::kUsage, "--crop " + std::to_string(side) + ": the sides of a crop must be multiples of " +
                                        std::to_string(multiple) + " for " + of_what);
    }
  }
}

std::shared_ptr<nn::ReconstructionNetwork> make_network(const RunOptions& options, const at::Device& device) {
  const Recipe& recipe = options.recipe;
  at::manual_seed(options.session.seed);
  auto network = nn::make_network(recipe.network);
  nn::initialise(*network, recipe.initialisation);
  check_crop(recipe.crop, network->size_multiple(), recipe.network);
  check_crop(recipe.crop, recipe.mask_block, "the blocks of the mask");
  check_needs(estimate_needs(*network, recipe, options.session.keep), device.is_cpu(), options.session.folder / "checkpoints");
  return network;
}

// Puts the weights of a file into the model and says what was and was not used.
std::string start_from(const std::string& file, const Model& model, const std::string& network) {
  const checkpoint::TransferReport report =
      checkpoint::transfer(checkpoint::read_weights(checkpoint_of(file)), weights_of(model));
  if (report.loaded.empty()) {
    throw Error(ExitCode::kBadInput,
                file + ": none of its tensors fits " + network + "; choose the network it was trained with by --network");
  }
  with_context(file, [&] { checkpoint::require_whole_encoder(report); });
  return file + ": weights to start from\n" + report.summary();
}

void describe(const RunOptions& options, const StepSetup& step, std::size_t studies) {
  const Recipe& recipe = options.recipe;
  log::info("pre-training " + recipe.network + " (recipe " + recipe.name + ") on " + std::to_string(studies) +
            " studies: " + std::to_string(step.total_steps) + " steps of " + std::to_string(recipe.accumulation) + " x " +
            (step.group.alone() ? "" : std::to_string(step.group.size()) + " x ") + std::to_string(recipe.batch_size) +
            " studies, on " + options.session.device + " in " + train::precision_name(step.precision) + " with " +
            std::to_string(options.session.threads) + " threads");
}

// Validates every epoch, but at least a hundred times in the schedule, where the user does not say.
train::SessionOptions session_options(const RunOptions& options, std::size_t studies, std::uint64_t per_step,
                                      std::uint64_t total_steps) {
  train::SessionOptions session = options.session;
  if (session.validate_every == 0) {
    session.validate_every = std::max<std::uint64_t>({studies / per_step, total_steps / 100, 1});
  }
  return session;
}

std::uint64_t warmup_steps(const RunOptions& options, std::uint64_t total_steps) {
  const auto share = static_cast<std::uint64_t>(options.recipe.warmup * static_cast<double>(total_steps));
  return options.session.warmup_steps.value_or(share);
}

train::RunIdentity identity_of(const RunOptions& options, const TraineeSetup& setup, std::uint64_t samples_per_step) {
  return {.config = options.session.config,
          .network = options.recipe.network,
          .precision = train::precision_name(setup.step.precision),
          .store_fingerprint = setup.step.store.fingerprint(),
          .program_version = options.session.program_version,
          .seed = options.session.seed,
          .samples_per_step = samples_per_step,
          .schedule = {.peak = options.recipe.learning_rate,
                       .warmup_steps = warmup_steps(options, setup.step.total_steps),
                       .total_steps = setup.step.total_steps},
          .description = description_of(setup)};
}

// Samples of a step that starts a run.
std::uint64_t samples_per_step(const Recipe& recipe, const parallel::Group& group) {
  return static_cast<std::uint64_t>(recipe.batch_size * recipe.accumulation * group.size());
}

void pretrain(const RunOptions& options, const train::Process& process) {
  const store::Store store = store::Store::open(options.store);
  const std::vector<std::size_t> training = store.of_split(study::Split::kTraining);
  if (training.empty()) {
    throw Error(ExitCode::kNothingFound, options.store.string() + ": has no studies in the split \"training\"; put some there " +
                                             "in the studies file and run prepare again");
  }
  store::check_twins(store, training, store.of_split(study::Split::kValidation));
  store::check_template_size(options.recipe.crop, options.recipe.template_size);
  const fs::path template_folder = options.session.folder / "templates";
  refuse_foreign_files(template_folder, made_files(template_folder)); // now, instead of at the end
  std::optional<train::FoundCheckpoint> earlier = train::find_earlier_run(options.session);
  const std::uint64_t per_step = earlier ? earlier->samples_per_step() : samples_per_step(options.recipe, process.group);
  const TraineeSetup setup{
      .step = {.store = store,
               .recipe = options.recipe,
               .seed = options.session.seed,
               .total_steps = earlier ? earlier->total_steps() : schedule_steps(options, training.size(), per_step),
               .precision = train::choose_precision(options.session.precision, process.device),
               .device = process.device,
               .group = process.group},
      .training = training,
      .validation = store.of_split(study::Split::kValidation),
      .modalities = modalities_of(store, training),
      .template_affine = template_affine(store, training, options.recipe.template_size),
      .template_folder = template_folder,
      .loader_threads = options.session.loader_threads};
  // The network comes first, so that its weights do not depend on where the templates start.
  Model model{.templates = {}, .network = make_network(options, process.device)};
  model.templates = make_templates(options.recipe, store, training, options.session.threads);
  const std::string start = options.init.empty() ? "" : start_from(options.init, model, options.recipe.network);
  model.network->to(process.device);
  model.templates = model.templates.detach().to(process.device).requires_grad_();
  train::Session session(session_options(options, training.size(), per_step, setup.step.total_steps),
                         identity_of(options, setup, per_step), {.weight_decay = options.recipe.weight_decay},
                         make_trainee(setup, model), process.group, static_cast<std::size_t>(options.recipe.batch_size),
                         std::move(earlier));
  describe(options, setup.step, training.size());
  warn_of_studies(options, store, training);
  if (!start.empty()) {
    log::info(start);
  }
  session.run();
}

} // namespace

void run_pretraining(const RunOptions& options) {
  const train::Process process = train::start_process(options.session);
  train::as_rank(process.group, [&] { pretrain(options, process); });
}

} // namespace brainmvp::pretrain
