// One process's part of a training run, whatever is trained: from its start or its last checkpoint to where it stops.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "parallel/gradient_reducer.h"
#include "store/distribution.h"
#include "train/adamw.h"
#include "train/checkpoint_folder.h"
#include "train/find_checkpoint.h"
#include "train/learner.h"
#include "train/process.h"
#include "train/run_checkpoint.h"
#include "train/session_options.h"

namespace brainmvp::train {

class Session {
public:
  // Opens the run's folder: makes it, or goes on from `earlier`. `batch_size`: most samples that a rank takes at a time.
  Session(SessionOptions options, RunIdentity identity, AdamWOptions optimizer, std::unique_ptr<Learner> learner,
          const parallel::Group& group, std::size_t batch_size, std::optional<FoundCheckpoint> earlier);

  // Trains until the schedule ends, `stop_after` is reached, or a signal comes: then Error(kInterrupted) follows the
  // checkpoint. Throws Error(kDiverged) for a loss, a gradient or a weight that is not finite; the last checkpoint stays.
  void run();

private:
  // What the gradients of a step came from.
  struct Step {
    NamedValues means; // of the losses over the step's samples
    std::uint64_t epoch = 0;
    double wait_seconds = 0;
    std::vector<std::string> studies;
  };

  void open_folder(std::optional<FoundCheckpoint> earlier);
  void train_until(std::uint64_t end);
  Step one_step();
  Step accumulate_gradients();
  void sum_sparse_gradients();
  void finish_step(const Step& step, double gradient_norm, double rate, double seconds);
  std::optional<Learner::Validation> validate_if_due();
  void save();
  void wait_for_checkpoints();
  void save_if_best(double loss, double value);      // `value`: the same for people
  [[nodiscard]] bool due(std::uint64_t every) const; // at multiples of `every` and at the schedule's end; 0: never

  SessionOptions options_;
  RunIdentity identity_;
  std::unique_ptr<Learner> learner_;
  bool has_data_ = false;
  const parallel::Group& group_;
  store::Distribution distribution_;
  NamedTensors parameters_;
  std::vector<torch::Tensor> tensors_; // of parameters_
  NamedTensors weights_;
  AdamW optimizer_;
  parallel::GradientReducer reducer_;
  RunState state_;
  std::uint64_t saved_step_ = 0;
  std::optional<RunFolder> folder_; // of the first rank, as all that is written
  std::optional<CheckpointFolder> checkpoints_;
};

} // namespace brainmvp::train
