// What the trainees of segmentation and classification share.
#pragma once

#include <memory>
#include <string>

#include "finetune/trainees.h"

namespace brainmvp::finetune {

SampleOptions sample_options(const TrainingSetup& setup);
BatchSetup batch_setup(const TrainingSetup& setup);

// A trainee without its functions.
train::Trainee trainee_of(const std::string& what, const std::shared_ptr<torch::nn::Module>& network);

// Adds the gradients of `loss` and gives what a step records. Throws Error(kDiverged) for a loss that is not finite.
train::StepLosses finish_gradients(const torch::Tensor& loss, const SampleBatch& samples, const TrainingSetup& setup,
                                   std::uint64_t step);

// All channels of a stored study: [C, H, W, D], missing ones filled from their templates.
torch::Tensor whole_study(const store::StoredStudy& study, const infer::ModelDescription& description);

} // namespace brainmvp::finetune
