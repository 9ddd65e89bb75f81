#include "train/session.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <set>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/progress.h"
#include "base/text.h"
#include "nn/execution.h"
#include "report/trend.h"
#include "train/agreement.h"
#include "train/gradients.h"
#include "train/pace.h"

namespace brainmvp::train {
namespace fs = std::filesystem;
namespace {

constexpr double kSmoothing = 0.98; // of the training loss that `best` follows without validation studies

std::vector<torch::Tensor> tensors_of(const checkpoint::Weights& weights) {
  std::vector<torch::Tensor> tensors;
  for (const auto& [name, tensor] : weights) {
    tensors.push_back(tensor);
  }
  return tensors;
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

Session::Session(SessionOptions options, RunIdentity identity, AdamWOptions optimizer, Trainee trainee,
                 const parallel::Group& group, std::size_t batch_size, std::optional<FoundCheckpoint> earlier)
    : options_(std::move(options)), identity_(std::move(identity)), trainee_(std::move(trainee)), group_(group),
      distribution_{.samples_per_step = identity_.samples_per_step,
                    .batch_size = batch_size,
                    .ranks = static_cast<std::size_t>(group.size()),
                    .rank = static_cast<std::size_t>(group.rank())},
      optimizer_(trainee_.parameters, std::move(optimizer)), reducer_(group, trainee_.parameters) {
  for (const auto& [name, tensor] : trainee_.parameters) {
    tensors_.push_back(tensor);
  }
  trainee_.network->train();
  open_folder(std::move(earlier));
}

void Session::open_folder(std::optional<FoundCheckpoint> earlier) {
  if (earlier) {
    state_ = resume_from(earlier->value, earlier->file, identity_, trainee_.weights, optimizer_);
    saved_step_ = state_.step;
  }
  require_agreement(group_, identity_, state_.step);
  group_.broadcast(tensors_of(trainee_.weights)); // processors that differ may have drawn other last bits
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
    log::info(std::to_string(group_.size()) + " ranks; a step is " + std::to_string(distribution_.samples_per_step) +
              " samples in " + std::to_string(distribution_.batches_per_step()) + " batches");
  }
}

void Session::run() {
  const nn::ExecutionScope execution(
      {.kernels = nn::kernels_named(options_.kernels), .checkpoints_activations = options_.checkpoint_activations});
  const std::uint64_t total = identity_.schedule.total_steps;
  const std::uint64_t end = options_.stop_after == 0 ? total : std::min(options_.stop_after, total);
  if (state_.step >= end) {
    log::info("nothing to do: the run has " + std::to_string(state_.step) + " of " + std::to_string(end) + " steps already");
    return;
  }
  train_until(end);
  if (saved_step_ != state_.step) {
    save();
  }
  wait_for_checkpoints();
  if (end == total && trainee_.finish) {
    optimizer_.settle();
    group_.first_does(trainee_.finish);
  }
  group_.wait_for_all(); // none ends well before all is written
  if (folder_ && end == total) {
    warn_of_worsening(options_.folder);
  }
  if (checkpoints_) {
    log::info((end == total ? "done: " : "stopped as asked after ") + std::to_string(end) + " steps; weights are in " +
              checkpoints_->last().string());
  }
}

void Session::wait_for_checkpoints() {
  if (checkpoints_) {
    checkpoints_->wait();
  }
}

void Session::train_until(std::uint64_t end) {
  Progress progress(trainee_.what, "steps", identity_.schedule.total_steps, true, state_.step);
  Pace pace(end - state_.step);
  while (state_.step < end) {
    const auto start = std::chrono::steady_clock::now();
    const StepLosses losses = one_step();
    pace.add(seconds_since(start), losses.wait_seconds);
    progress.advance("loss " + shortest(std::round(1e4 * losses.values.front().second) / 1e4));
    if (group_.any(interrupted())) {
      save();
      wait_for_checkpoints();
      throw Error(ExitCode::kInterrupted, trainee_.what + " was interrupted; " +
                                              (options_.folder / "checkpoints" / kLastName).string() + " holds step " +
                                              std::to_string(state_.step) + ", and the same command with --resume goes on");
    }
  }
}

StepLosses Session::one_step() {
  const auto start = std::chrono::steady_clock::now();
  StepLosses losses =
      trainee_.accumulate_gradients(state_.step, {.optimizer = optimizer_, .reducer = reducer_, .distribution = distribution_});
  const double norm = gradient_norm(tensors_);
  if (!std::isfinite(norm)) {
    throw_diverged("the gradient is not finite", state_.step + 1, losses.studies, group_);
  }
  clip_gradients(tensors_, norm, options_.clip);
  const double rate = identity_.schedule.rate(state_.step);
  optimizer_.step(rate);
  optimizer_.clear_gradients();
  ++state_.step;
  state_.epoch = losses.epoch;
  finish_step(losses, norm, rate, seconds_since(start));
  return losses;
}

void Session::finish_step(const StepLosses& losses, double gradient_norm, double rate, double seconds) {
  state_.smoothed_loss =
      state_.step == 1 ? losses.criterion : kSmoothing * state_.smoothed_loss + (1 - kSmoothing) * losses.criterion;
  StepRecord record{.step = state_.step,
                    .epoch = losses.epoch,
                    .values = losses.values,
                    .timings = {{"seconds", seconds}, {"data_wait_seconds", losses.wait_seconds}}};
  record.values.emplace_back("learning_rate", rate);
  record.values.emplace_back("gradient_norm", gradient_norm);
  std::optional<Validation> validation;
  if (trainee_.validate && due(options_.validate_every)) {
    optimizer_.settle();
    validation = trainee_.validate();
    record.values.insert(record.values.end(), validation->values.begin(), validation->values.end());
  }
  if (folder_) {
    folder_->record(record);
  }
  if (folder_ && trainee_.log_pictures && due(options_.log_images_every)) {
    optimizer_.settle();
    trainee_.log_pictures(*folder_, state_.step);
  }
  const bool checkpoint_due = due(options_.checkpoint_every);
  if (validation) {
    save_if_best(validation->loss);
  } else if (checkpoint_due && !trainee_.validate) {
    save_if_best(state_.smoothed_loss);
  }
  if (checkpoint_due) {
    save();
  }
}

void Session::save() {
  optimizer_.settle();
  if (!all_finite(trainee_.weights)) {
    throw Error(ExitCode::kDiverged, "step " + std::to_string(state_.step) +
                                         ": a weight is not finite; no checkpoint is written, and the last good one stays. Start "
                                         "again with a lower --learning-rate or with --clip 1");
  }
  if (folder_) {
    folder_->sync(); // no checkpoint is ahead of the metrics
    checkpoints_->write_last(state_.step, run_checkpoint(trainee_.weights, &optimizer_, identity_, state_));
  }
  saved_step_ = state_.step;
}

void Session::save_if_best(double loss) {
  if (loss < state_.best_loss) {
    state_.best_loss = loss;
    optimizer_.settle();
    if (checkpoints_) {
      checkpoints_->write_best(run_checkpoint(trainee_.weights, nullptr, identity_, state_));
    }
  }
}

bool Session::due(std::uint64_t every) const {
  return every > 0 && (state_.step % every == 0 || state_.step == identity_.schedule.total_steps);
}

void throw_diverged(const std::string& what, std::uint64_t step, const std::vector<std::string>& studies,
                    const parallel::Group& group) {
  const std::set<std::string> once(studies.begin(), studies.end());
  const std::vector<std::string> own(once.begin(), once.end());
  const std::vector<std::string> names = group.texts(join(own, ", ")); // of every rank
  throw Error(ExitCode::kDiverged,
              "step " + std::to_string(step) + ": " + what + " in the batch of studies " + join(names, ", ") +
                  "; the last good checkpoint stays. Look at these studies, or start a new run with a lower --learning-rate or "
                  "--clip 1, and with --init from that checkpoint");
}

} // namespace brainmvp::train
