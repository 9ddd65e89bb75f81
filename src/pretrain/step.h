// One optimizer step's worth of gradients.
#pragma once

#include <c10/core/Device.h>

#include <cstdint>
#include <string>
#include <vector>

#include "pretrain/model.h"
#include "pretrain/objective.h"
#include "pretrain/recipes.h"
#include "store/loader.h"
#include "train/precision.h"
#include "train/session.h"

namespace brainmvp::pretrain {

// What is the same in every step.
struct StepSetup {
  const store::Store& store;
  const Recipe& recipe;
  std::uint64_t seed = 0;
  std::uint64_t total_steps = 1;
  train::Precision precision = train::Precision::kFloat32;
  at::Device device{at::kCPU};
  const parallel::Group& group;
};

// Means over the micro-batches of a step.
struct LossValues {
  double total = 0;
  double view1 = 0; // mean square errors, not weighted
  double view2 = 0;
  double contrastive = 0;
};

struct StepResult {
  LossValues losses;
  std::uint64_t epoch = 0;
  double wait_seconds = 0;
  std::vector<std::string> studies; // ids, of all micro-batches
  Losses last;                      // of the last micro-batch, for pictures; without gradient
};

// The tensors of a batch on the device. Takes the images over.
Batch to_batch(store::CropBatch& crops, const Recipe& recipe, const at::Device& device);

std::vector<std::string> study_ids(const store::Store& store, const std::vector<store::CropSample>& samples);

// A batch on the device with what is random of its step.
struct DrawnBatch {
  Batch batch;
  Draws draws;
};

// `phase`: what holds at this step. Takes the images over.
DrawnBatch draw_batch(store::CropBatch& crops, const Phase& phase, const StepSetup& setup);

// `portion`: this rank's part of the batch. Losses are those of all ranks.
Losses loss_of(const Model& model, const DrawnBatch& drawn, const Phase& phase, const StepSetup& setup,
               const store::Portion& portion);

// Adds the gradients of a step's batches, averaged over all samples of all ranks, to the parameters; step counts from 0.
// Throws Error(kDiverged) naming the studies of a batch whose loss is not finite.
StepResult accumulate_gradients(const Model& model, const train::StepTools& tools, store::CropLoader& loader,
                                const StepSetup& setup, std::uint64_t step);

// Weighted sum of the reconstruction errors, without the contrastive term, which only counts late in the schedule: what
// `best` compares.
double reconstruction_loss(const LossValues& losses, const Weights& weights);

} // namespace brainmvp::pretrain
