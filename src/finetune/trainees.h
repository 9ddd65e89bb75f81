// Fine-tuning as a session trains it.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "finetune/batch.h"
#include "finetune/options.h"
#include "infer/model.h"
#include "nn/classification.h"
#include "nn/segmentation.h"
#include "store/store.h"
#include "train/precision.h"
#include "train/session.h"

namespace brainmvp::finetune {

// What both kinds of fine-tuning need. Everything referred to outlives the trainee.
struct TrainingSetup {
  const RunOptions& options;
  const store::Store& store;
  const infer::ModelDescription& description;
  std::vector<std::size_t> training; // positions in the store
  std::vector<std::size_t> validation;
  train::Precision precision = train::Precision::kFloat32;
  at::Device device{at::kCPU};
  const parallel::Group& group;
};

// `best` follows 1 - mean Dice over the validation studies and outputs (the background left out), on the prepared grid.
// `foregrounds`: of the training studies.
train::Trainee segmentation_trainee(const TrainingSetup& setup, std::vector<Foreground> foregrounds,
                                    const std::shared_ptr<nn::SegmentationNetwork>& network);

// `best` follows the cross-entropy over the validation studies; balanced accuracy and AUC are recorded too. `classes`: one a
// position in the store, of those in training and validation.
train::Trainee classification_trainee(const TrainingSetup& setup, const std::vector<std::size_t>& classes,
                                      const std::shared_ptr<nn::ClassificationNetwork>& network);

} // namespace brainmvp::finetune
