// One process's part of a training run, whatever is trained: from its start or its last checkpoint to where it stops.
#pragma once

#include <c10/core/Device.h>
#include <torch/nn/module.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "checkpoint/checkpoint.h"
#include "parallel/gradient_reducer.h"
#include "store/distribution.h"
#include "train/adamw.h"
#include "train/checkpoint_folder.h"
#include "train/find_checkpoint.h"
#include "train/process.h"
#include "train/run_checkpoint.h"
#include "train/run_folder.h"
#include "train/session_options.h"

namespace brainmvp::train {

// What a step's gradients came from.
struct StepLosses {
  std::vector<std::pair<std::string, double>> values; // "loss" first, as metrics.jsonl has them
  double criterion = 0;                               // its smoothed mean is what `best` follows without validation
  std::uint64_t epoch = 0;
  double wait_seconds = 0;          // for data
  std::vector<std::string> studies; // ids
};

struct Validation {
  double loss = 0;                                    // what `best` follows: lower is better
  std::vector<std::pair<std::string, double>> values; // as metrics.jsonl has them
};

// What a step's gradients are made with.
struct StepTools {
  AdamW& optimizer;
  parallel::GradientReducer& reducer;
  const store::Distribution& distribution; // of the step's samples
};

// What is trained, and how.
struct Trainee {
  std::string what; // "pre-training", for messages
  std::shared_ptr<torch::nn::Module> network;
  NamedTensors parameters;
  checkpoint::Weights weights; // every tensor of a checkpoint, shared with the model

  // Adds the gradients of the step, counted from 0, to the parameters: those of all ranks, in every rank. Throws through
  // throw_diverged(). Rows of a parameter whose
  // gradients are sparse must be settled before they are read; everywhere else all are.
  std::function<StepLosses(std::uint64_t step, const StepTools& tools)> accumulate_gradients;
  std::function<Validation()> validate;                        // null: `best` follows the training loss
  std::function<void(RunFolder&, std::uint64_t)> log_pictures; // of the last step
  std::function<void()> finish;                                // once the schedule has ended; may be null
};

class Session {
public:
  // Opens the run's folder: makes it, or goes on from `earlier`. `batch_size`: most samples that a rank takes at a time.
  Session(SessionOptions options, RunIdentity identity, AdamWOptions optimizer, Trainee trainee, const parallel::Group& group,
          std::size_t batch_size, std::optional<FoundCheckpoint> earlier);

  [[nodiscard]] std::uint64_t steps_done() const { return state_.step; }

  // Trains until the schedule ends, `stop_after` is reached, or a signal comes: then Error(kInterrupted) follows the
  // checkpoint. Throws Error(kDiverged) for a gradient or a weight that is not finite; the last checkpoint stays.
  void run();

private:
  void open_folder(std::optional<FoundCheckpoint> earlier);
  void train_until(std::uint64_t end);
  StepLosses one_step();
  void finish_step(const StepLosses& losses, double gradient_norm, double rate, double seconds);
  void save();
  void wait_for_checkpoints();
  void save_if_best(double loss);
  [[nodiscard]] bool due(std::uint64_t every) const; // at multiples of `every` and at the schedule's end; 0: never

  SessionOptions options_;
  RunIdentity identity_;
  Trainee trainee_;
  const parallel::Group& group_;
  store::Distribution distribution_;
  std::vector<torch::Tensor> tensors_; // those of trainee_.parameters
  AdamW optimizer_;
  parallel::GradientReducer reducer_;
  RunState state_;
  std::uint64_t saved_step_ = 0;
  std::optional<RunFolder> folder_; // of the first rank, as all that is written
  std::optional<CheckpointFolder> checkpoints_;
};

// The error for numbers that are not finite: what they are, at which step (from 1), and in which studies. Every rank calls it.
[[noreturn]] void throw_diverged(const std::string& what, std::uint64_t step, const std::vector<std::string>& studies,
                                 const parallel::Group& group);

} // namespace brainmvp::train
