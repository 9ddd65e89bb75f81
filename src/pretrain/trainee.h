// Pre-training as a session trains it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "image/affine.h"
#include "pretrain/model.h"
#include "pretrain/step.h"
#include "train/session.h"

namespace brainmvp::pretrain {

struct TraineeSetup {
  StepSetup step;
  std::vector<std::size_t> training; // positions in the store
  std::vector<std::size_t> validation;
  std::vector<std::string> modalities; // of the training studies that have a template, in the order of the bank
  image::Affine template_affine;
  std::filesystem::path template_folder; // where the templates are exported to at the end
  std::size_t loader_threads = 2;
};

// Entries of the checkpoints besides those of every training: "modalities" and "template_affine", three rows of four numbers.
checkpoint::Dict description_of(const TraineeSetup& setup);

train::Trainee make_trainee(const TraineeSetup& setup, const Model& model);

} // namespace brainmvp::pretrain
