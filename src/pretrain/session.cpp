#include "pretrain/session.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/progress.h"
#include "base/text.h"
#include "pretrain/pictures.h"
#include "pretrain/template_export.h"
#include "pretrain/validation.h"
#include "train/gradients.h"
#include "train/pace.h"

namespace brainmvp::pretrain {
namespace fs = std::filesystem;
namespace {

constexpr double kSmoothing = 0.98; // of the training loss that `best` follows without validation studies

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

RunIdentity identity_of(const SessionSetup& setup) {
  const RunOptions& options = setup.options;
  return {.config = options.config,
          .network = options.recipe.network,
          .precision = train::precision_name(setup.step.precision),
          .store_fingerprint = setup.step.store.fingerprint(),
          .program_version = options.program_version,
          .seed = options.seed,
          .samples_per_step = static_cast<std::uint64_t>(options.recipe.batch_size * options.recipe.accumulation),
          .modalities = setup.modalities,
          .template_affine = setup.template_affine,
          .schedule = {
              .peak = options.recipe.learning_rate, .warmup_steps = options.warmup_steps, .total_steps = setup.step.total_steps}};
}

} // namespace

Session::Session(const SessionSetup& setup, Model model)
    : setup_(setup), model_(std::move(model)), parameters_(parameters_of(model_)),
      optimizer_(parameters_, {.weight_decay = setup.options.recipe.weight_decay}), identity_(identity_of(setup)) {
  for (const auto& [name, tensor] : parameters_) {
    tensors_.push_back(tensor);
  }
  model_.network->train();
  open_folder();
}

void Session::open_folder() {
  const RunOptions& options = setup_.options;
  const fs::path checkpoints = options.folder / "checkpoints";
  const fs::path last = checkpoints / "last.pt";
  const bool goes_on = options.resume && fs::exists(last);
  if (goes_on) {
    state_ = resume_from(checkpoint::read_pt(last), last, identity_, model_, optimizer_);
    saved_step_ = state_.step;
    folder_.emplace(train::RunFolder::reopen(options.folder, state_.step));
  } else {
    train::refuse_existing_run(options.folder, options.force || options.resume);
    folder_.emplace(train::RunFolder::create(options.folder, options.config));
  }
  log::add_file(options.folder / train::kLogName);
  if (goes_on) {
    log::info("resumed at step " + std::to_string(state_.step) + " from " + last.string());
  } else if (options.resume) {
    log::warning(options.folder.string() + ": has no checkpoint to go on from; the run starts from the beginning");
  }
  checkpoints_.emplace(checkpoints, options.keep);
}

void Session::run() {
  const std::uint64_t total = setup_.step.total_steps;
  const std::uint64_t stop_after = setup_.options.stop_after;
  const std::uint64_t end = stop_after == 0 ? total : std::min(stop_after, total);
  if (state_.step >= end) {
    log::info("nothing to do: the run has " + std::to_string(state_.step) + " of " + std::to_string(end) + " steps already");
    return;
  }
  train_until(end);
  if (saved_step_ != state_.step) {
    save();
  }
  if (end == total) {
    export_templates();
  }
  log::info((end == total ? "done: " : "stopped as asked after ") + std::to_string(end) + " steps; weights are in " +
            checkpoints_->last().string());
}

void Session::train_until(std::uint64_t end) {
  const RunOptions& options = setup_.options;
  const Recipe& recipe = options.recipe;
  store::CropLoader loader(setup_.step.store, setup_.training,
                           {.seed = options.seed,
                            .batch_size = static_cast<std::size_t>(recipe.batch_size),
                            .channels = recipe.channels,
                            .crop = recipe.crop,
                            .template_size = recipe.template_size,
                            .threads = options.loader_threads},
                           state_.step * static_cast<std::uint64_t>(recipe.accumulation));
  Progress progress("pre-training", "steps", setup_.step.total_steps, true, state_.step);
  train::Pace pace(end - state_.step);
  while (state_.step < end) {
    const auto start = std::chrono::steady_clock::now();
    const StepResult result = one_step(loader);
    pace.add(seconds_since(start), result.wait_seconds);
    progress.advance("loss " + shortest(std::round(1e4 * result.losses.total) / 1e4));
    if (interrupted()) {
      save();
      throw Error(ExitCode::kInterrupted, "pre-training was interrupted; " + checkpoints_->last().string() + " holds step " +
                                              std::to_string(state_.step) + ", and the same command with --resume goes on");
    }
  }
}

StepResult Session::one_step(store::CropLoader& loader) {
  const auto start = std::chrono::steady_clock::now();
  StepResult result = accumulate_gradients(model_, loader, setup_.step, state_.step);
  const double norm = train::gradient_norm(tensors_);
  if (!std::isfinite(norm)) {
    throw_diverged("the gradient is not finite", state_.step + 1, result.studies);
  }
  train::clip_gradients(tensors_, norm, setup_.options.clip);
  const double rate = identity_.schedule.rate(state_.step);
  optimizer_.step(rate);
  optimizer_.clear_gradients();
  ++state_.step;
  state_.epoch = result.epoch;
  finish_step(result, norm, rate, seconds_since(start));
  return result;
}

void Session::finish_step(const StepResult& result, double gradient_norm, double rate, double seconds) {
  const double loss = reconstruction_loss(result.losses, setup_.options.recipe.weights);
  state_.smoothed_loss = state_.step == 1 ? loss : kSmoothing * state_.smoothed_loss + (1 - kSmoothing) * loss;
  train::StepRecord record{.step = state_.step,
                           .epoch = result.epoch,
                           .values = {{"loss", result.losses.total},
                                      {"mse_view1", result.losses.view1},
                                      {"mse_view2", result.losses.view2},
                                      {"contrastive", result.losses.contrastive},
                                      {"learning_rate", rate},
                                      {"gradient_norm", gradient_norm}},
                           .timings = {{"seconds", seconds}, {"data_wait_seconds", result.wait_seconds}}};
  const std::optional<double> validation = validate();
  if (validation) {
    record.values.emplace_back("validation_loss", *validation);
  }
  folder_->record(record);
  if (due(setup_.options.log_images_every)) {
    log_pictures(result.last);
  }
  const bool checkpoint_due = due(setup_.options.checkpoint_every);
  if (validation || (checkpoint_due && setup_.validation.empty())) {
    save_if_best(validation.value_or(state_.smoothed_loss));
  }
  if (checkpoint_due) {
    save();
  }
}

std::optional<double> Session::validate() {
  std::uint64_t every = setup_.options.validate_every;
  if (every == 0) {
    every = std::max(setup_.training.size() / identity_.samples_per_step, setup_.step.total_steps / 100);
  }
  if (setup_.validation.empty() || !due(std::max<std::uint64_t>(every, 1))) {
    return std::nullopt;
  }
  return validation_loss(model_, setup_.validation, setup_.step, setup_.options.loader_threads);
}

void Session::export_templates() const {
  TemplateSet set = templates_of(model_.templates, identity_.template_affine);
  std::erase_if(set.templates, [this](const Template& learned) {
    return std::ranges::find(identity_.modalities, learned.modality) == identity_.modalities.end();
  });
  AtomicFolder folder(setup_.options.folder / "templates");
  write_templates(folder.temporary(), set.templates);
  folder.commit();
}

void Session::log_pictures(const Losses& losses) {
  folder_->picture("views", state_.step, views_sheet(losses));
  folder_->picture("templates", state_.step, templates_sheet(model_.templates));
}

void Session::save() {
  if (!all_finite(model_)) {
    throw Error(ExitCode::kDiverged, "step " + std::to_string(state_.step) +
                                         ": a weight or a template is not finite; no checkpoint is written, and the last good "
                                         "one stays. Start again with a lower --learning-rate or with --clip 1");
  }
  folder_->sync(); // no checkpoint is ahead of the metrics
  checkpoints_->write_last(state_.step, run_checkpoint(model_, &optimizer_, identity_, state_));
  saved_step_ = state_.step;
}

void Session::save_if_best(double loss) {
  if (loss < state_.best_loss) {
    state_.best_loss = loss;
    checkpoints_->write_best(run_checkpoint(model_, nullptr, identity_, state_));
  }
}

bool Session::due(std::uint64_t every) const {
  return every > 0 && (state_.step % every == 0 || state_.step == setup_.step.total_steps);
}

} // namespace brainmvp::pretrain
