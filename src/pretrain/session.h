// One process's part of a run: from its start or its last checkpoint to where it stops.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "pretrain/model.h"
#include "pretrain/run.h"
#include "pretrain/run_checkpoint.h"
#include "pretrain/step.h"
#include "train/adamw.h"
#include "train/checkpoint_folder.h"
#include "train/run_folder.h"
#include "train/schedule.h"

namespace brainmvp::pretrain {

struct SessionSetup {
  const RunOptions& options;
  StepSetup step;
  std::vector<std::size_t> training; // positions in the store
  std::vector<std::size_t> validation;
  std::vector<std::string> modalities; // RunIdentity
  image::Affine template_affine;
};

class Session {
public:
  // Opens the run's folder: makes it, or loads the last checkpoint.
  Session(const SessionSetup& setup, Model model);

  void run();

private:
  void open_folder();
  void train_until(std::uint64_t end);
  StepResult one_step(store::CropLoader& loader);
  void finish_step(const StepResult& result, double gradient_norm, double rate, double seconds);
  [[nodiscard]] std::optional<double> validate();
  void export_templates() const;
  void log_pictures(const Losses& losses);
  void save();
  void save_if_best(double loss);
  [[nodiscard]] bool due(std::uint64_t every) const; // at multiples of `every` and at the schedule's end; 0: never

  SessionSetup setup_;
  Model model_;
  train::NamedTensors parameters_;
  std::vector<torch::Tensor> tensors_; // those of parameters_
  train::AdamW optimizer_;
  RunIdentity identity_;
  RunState state_;
  std::uint64_t saved_step_ = 0;
  std::optional<train::RunFolder> folder_;
  std::optional<train::CheckpointFolder> checkpoints_;
};

} // namespace brainmvp::pretrain
