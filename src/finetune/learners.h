// The kinds of fine-tuning.
#pragma once

#include <memory>
#include <vector>

#include "finetune/learner.h"
#include "nn/networks/classification.h"
#include "nn/networks/segmentation.h"

namespace brainmvp::finetune {

// `best` follows 1 - mean Dice over the validation studies and outputs (the background left out), on the prepared grid.
// `foregrounds`: of the training studies.
std::unique_ptr<Learner> segmentation_learner(const TrainingSetup& setup, std::vector<Foreground> foregrounds,
                                              std::shared_ptr<nn::SegmentationNetwork> network);

// `best` follows the cross-entropy over the validation studies; balanced accuracy and AUC are recorded too. `classes`: one a
// position in the store, of those in training and validation.
std::unique_ptr<Learner> classification_learner(const TrainingSetup& setup, std::vector<std::size_t> classes,
                                                std::shared_ptr<nn::ClassificationNetwork> network);

} // namespace brainmvp::finetune
