#include "train/session.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <set>

#include "base/counted.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/progress.h"
#include "base/text.h"
#include "nn/kernels/execution.h"
#include "parallel/sums.h"
#include "report/trend.h"
#include "train/agreement.h"
#include "train/evaluation_scope.h"
#include "train/gradients.h"
#include "train/narration.h"
#include "train/pace.h"

namespace brainmvp::train {
namespace fs = std::filesystem;
namespace {

constexpr double kSmoothing = 0.98; // of the training loss that `best` follows without validation studies

std::vector<torch::Tensor> tensors_of(const NamedTensors& named) {
  std::vector<torch::Tensor> tensors;
  for (const auto& [name, tensor] : named) {
    tensors.push_back(tensor);
  }
  return tensors;
}

// The error for numbers that are not finite: what they are, at which step (from 1), and in which studies. Every rank calls it.
[[noreturn]] void throw_diverged(const std::string& what, std::uint64_t step, const std::vector<std::string>& studies,
                                 const parallel::Group& group) {
  const std::set<std::string> once(studies.begin(), studies.end());
  const std::vector<std::string> own(once.begin(), once.end());
  const std::vector<std::string> names = group.texts(join(own, ", ")); // of every rank
  throw Error(ExitCode::kDiverged,
              "step " + std::to_string(step) + ": " + what + " in the batch of studies " + join(names, ", ") +
                  "; the last good checkpoint stays. Look at these studies, or start a new run with a lower --learning-rate or "
                  "--clip 1, and with --init from that checkpoint");
}

void warn_of_worsening(const std::filesystem::path& run) {
  const std::string worse = report::worsening_text(report::worsenings(report::read_run(run)));
  if (!worse.empty()) {
    log::warning(run.string() + ": " + worse + "; try another --learning-rate, more --steps or a --warmup before you use it");
  }
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

} // namespace

Session::Session(SessionOptions options, RunIdentity identity, AdamWOptions optimizer, std::unique_ptr<Learner> learner,
                 const parallel::Group& group, std::size_t batch_size, std::optional<FoundCheckpoint> earlier)
    : options_(std::move(options)), identity_(std::move(identity)), learner_(std::move(learner)), group_(group),
      distribution_{.samples_per_step = identity_.samples_per_step,
                    .batch_size = batch_size,
                    .ranks = static_cast<std::size_t>(group.size()),
                    .rank = static_cast<std::size_t>(group.rank())},
      parameters_(learner_->parameters()), tensors_(tensors_of(parameters_)), weights_(learner_->weights()),
      optimizer_(parameters_, std::move(optimizer)), reducer_(group, parameters_) {
  learner_->network().train();
  open_folder(std::move(earlier));
}

void Session::open_folder(std::optional<FoundCheckpoint> earlier) {
  if (earlier) {
    state_ = resume_from(earlier->value, earlier->file, identity_, weights_, optimizer_);
    saved_step_ = state_.step;
  }
  require_agreement(group_, identity_, state_.step);
  group_.broadcast(tensors_of(weights_)); // processors that differ may have drawn other last bits
  group_.first_does([&] {
    if (earlier) {
      folder_.emplace(RunFolder::reopen(options_.folder, state_.step));
    } else {
      refuse_existing_run(options_.folder, options_.force || options_.resume);
      folder_.emplace(RunFolder::create(options_.folder, identity_.config));
    }
    log::add_file(options_.folder / kLogName);
    checkpoints_.emplace(options_.folder / "checkpoints", options_.keep);
    if (earlier && !earlier->damaged.empty()) {
      checkpoints_->restore_last(earlier->file);
    }
  });
  log::debug("brainmvp " + identity_.program_version);
  if (earlier) {
    for (const std::string& damage : earlier->damaged) {
      log::warning(damage + " (this checkpoint is damaged; the run goes on from " + earlier->file.string() + ")");
    }
    log::info("resumed at step " + std::to_string(state_.step) + " from " + earlier->file.string());
  } else if (options_.resume) {
    log::warning(options_.folder.string() + ": has no checkpoint to go on from; the run starts from the beginning");
  }
  if (!group_.alone()) {
    log::info(std::to_string(group_.size()) + " ranks; a step is " + counted(distribution_.samples_per_step, "sample") + " in " +
              counted(distribution_.batches_per_step(), "batch", "batches"));
  }
}

void Session::run() {
  const nn::ExecutionScope execution(
      {.kernels = nn::kernels_named(options_.kernels), .checkpoints_activations = options_.checkpoint_activations});
  const std::uint64_t total = identity_.schedule.total_steps;
  const std::uint64_t end = options_.stop_after == 0 ? total : std::min(options_.stop_after, total);
  if (state_.step >= end) {
    log::info("nothing to do: the run has " + std::to_string(state_.step) + " of " + counted(end, "step") + " already");
    return;
  }
  train_until(end);
  if (saved_step_ != state_.step) {
    save();
  }
  wait_for_checkpoints();
  if (end == total) {
    optimizer_.settle();
    group_.first_does([this] { learner_->finish(); });
  }
  group_.wait_for_all(); // none ends well before all is written
  if (folder_ && end == total) {
    warn_of_worsening(options_.folder);
  }
  if (checkpoints_) {
    log::info((end == total ? "done: " : "stopped as asked after ") + counted(end, "step") + "; weights are in " +
              checkpoints_->last().string());
    tell_best(state_, total, checkpoints_->best());
    for (const std::string& command : end == total ? learner_->next_commands(options_.folder) : std::vector<std::string>{}) {
      log::info("next: " + command);
    }
  }
}

void Session::wait_for_checkpoints() {
  if (checkpoints_) {
    checkpoints_->wait();
  }
}

void Session::train_until(std::uint64_t end) {
  Progress progress(learner_->what(), "steps", identity_.schedule.total_steps, true, state_.step);
  Pace pace(end - state_.step);
  while (state_.step < end) {
    const auto start = std::chrono::steady_clock::now();
    const Step step = one_step();
    pace.add(seconds_since(start), step.wait_seconds);
    progress.advance("loss " + shortest(std::round(1e4 * step.means.front().second) / 1e4));
    if (group_.any(interrupted())) {
      save();
      wait_for_checkpoints();
      throw Error(ExitCode::kInterrupted, learner_->what() + " was interrupted; " +
                                              (options_.folder / "checkpoints" / kLastName).string() + " holds step " +
                                              std::to_string(state_.step) + ", and the same command with --resume goes on");
    }
  }
}

Session::Step Session::one_step() {
  const auto start = std::chrono::steady_clock::now();
  Step step = accumulate_gradients();
  const double norm = gradient_norm(tensors_);
  if (!std::isfinite(norm)) {
    throw_diverged("the gradient is not finite", state_.step + 1, step.studies, group_);
  }
  clip_gradients(tensors_, norm, options_.clip);
  const double rate = identity_.schedule.rate(state_.step);
  optimizer_.step(rate);
  optimizer_.clear_gradients();
  ++state_.step;
  state_.epoch = step.epoch;
  finish_step(step, norm, rate, seconds_since(start));
  return step;
}

// Those of the step's batches, averaged over all samples of all ranks.
Session::Step Session::accumulate_gradients() {
  const std::uint64_t batches = distribution_.batches_per_step();
  if (!has_data_) {
    learner_->open(distribution_, state_.step * batches);
    has_data_ = true;
  }
  Step step;
  const double waited = learner_->waited_seconds();
  const BatchPlace place{.step = state_.step, .total_steps = identity_.schedule.total_steps, .optimizer = optimizer_};
  for (std::uint64_t number = 0; number < batches; ++number) {
    const BatchLosses losses = learner_->next_batch(place);
    const double share = static_cast<double>(losses.portion.all) / static_cast<double>(distribution_.samples_per_step);
    reducer_.backward(losses.terms.front().second * share, number + 1 == batches);
    add_share(step.means, losses.terms, share);
    if (!std::isfinite(step.means.front().second)) {
      throw_diverged("the loss is not finite", state_.step + 1, losses.studies, group_);
    }
    step.epoch = losses.epoch;
    step.studies.insert(step.studies.end(), losses.studies.begin(), losses.studies.end());
  }
  sum_sparse_gradients();
  step.wait_seconds = learner_->waited_seconds() - waited;
  return step;
}

// Only the rows that some rank has used travel.
void Session::sum_sparse_gradients() {
  for (const auto& [name, parameter] : parameters_) {
    if (!group_.alone() && parameter.grad().defined() && parameter.grad().is_sparse()) {
      const std::vector<std::int64_t> rows = parallel::rows_of_all(parameter.grad(), group_);
      optimizer_.settle(parameter, rows);
      parameter.mutable_grad() = parallel::sum_sparse_rows(parameter.grad(), rows, group_);
    }
  }
}

std::optional<Learner::Validation> Session::validate_if_due() {
  if (!learner_->validates() || !due(options_.validate_every)) {
    return std::nullopt;
  }
  optimizer_.settle();
  const EvaluationScope evaluation(learner_->network());
  Learner::Validation validation = learner_->validate();
  ++state_.validations;
  if (!validation.flat.empty() && state_.flat.empty()) {
    log::warning("step " + std::to_string(state_.step) + ": the network " + validation.flat + " so far");
  }
  state_.flat = validation.flat;
  return validation;
}

void Session::finish_step(const Step& step, double gradient_norm, double rate, double seconds) {
  const double criterion = learner_->criterion(step.means);
  state_.smoothed_loss = state_.step == 1 ? criterion : kSmoothing * state_.smoothed_loss + (1 - kSmoothing) * criterion;
  StepRecord record{.step = state_.step,
                    .epoch = step.epoch,
                    .values = step.means,
                    .timings = {{"seconds", seconds}, {"data_wait_seconds", step.wait_seconds}}};
  record.values.emplace_back("learning_rate", rate);
  record.values.emplace_back("gradient_norm", gradient_norm);
  const std::optional<Learner::Validation> validation = validate_if_due();
  if (validation) {
    record.values.insert(record.values.end(), validation->values.begin(), validation->values.end());
  }
  if (folder_) {
    folder_->record(record);
  }
  if (folder_ && due(options_.log_images_every)) {
    optimizer_.settle();
    const EvaluationScope evaluation(learner_->network());
    learner_->log_pictures(*folder_, state_.step);
  }
  const bool checkpoint_due = due(options_.checkpoint_every);
  if (validation) {
    save_if_best(validation->loss, followed_value(*validation));
    log::info(validation_line(*validation, state_, identity_.schedule.total_steps));
  } else if (checkpoint_due && !learner_->validates()) {
    save_if_best(state_.smoothed_loss, state_.smoothed_loss);
  }
  if (checkpoint_due) {
    save();
  }
}

void Session::save() {
  optimizer_.settle();
  if (!all_finite(weights_)) {
    throw Error(ExitCode::kDiverged, "step " + std::to_string(state_.step) +
                                         ": a weight is not finite; no checkpoint is written, and the last good one stays. Start "
                                         "again with a lower --learning-rate or with --clip 1");
  }
  if (folder_) {
    folder_->sync(); // no checkpoint is ahead of the metrics
    checkpoints_->write_last(state_.step, run_checkpoint(weights_, &optimizer_, identity_, state_));
  }
  saved_step_ = state_.step;
}

void Session::save_if_best(double loss, double value) {
  if (loss < state_.best_loss) {
    state_.best_loss = loss;
    state_.best_step = state_.step;
    state_.best_value = value;
    state_.best_validation = state_.validations;
    optimizer_.settle();
    if (checkpoints_) {
      checkpoints_->write_best(run_checkpoint(weights_, nullptr, identity_, state_));
    }
  }
}

bool Session::due(std::uint64_t every) const {
  return every > 0 && (state_.step % every == 0 || state_.step == identity_.schedule.total_steps);
}

} // namespace brainmvp::train
