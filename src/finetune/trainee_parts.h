// What the trainees of segmentation and classification share.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "finetune/trainees.h"

namespace brainmvp::finetune {

SampleOptions sample_options(const TrainingSetup& setup, const store::Distribution& distribution);
BatchSetup batch_setup(const TrainingSetup& setup);

// A trainee without its functions.
train::Trainee trainee_of(const std::string& what, const std::shared_ptr<torch::nn::Module>& network);

// The losses of a batch over the samples of all ranks, as metrics.jsonl names them: "loss" first, which gradients come from.
using BatchLosses = std::function<std::vector<std::pair<std::string, torch::Tensor>>(const SampleBatch& samples,
                                                                                     const parallel::BatchShare& share)>;

// Adds the gradients of a step's batches and gives what the step records. Throws Error(kDiverged) for a loss that is not finite.
train::StepLosses accumulate_gradients(store::ReadAhead<SampleBatch>& reader, const BatchLosses& losses_of,
                                       const TrainingSetup& setup, const train::StepTools& tools, std::uint64_t step);

// The validation studies that this rank looks at, as positions in setup.validation.
std::vector<std::size_t> own_validation(const TrainingSetup& setup);

// All channels of a stored study: [C, H, W, D], missing ones filled from their templates.
torch::Tensor whole_study(const store::StoredStudy& study, const infer::ModelDescription& description);

} // namespace brainmvp::finetune
