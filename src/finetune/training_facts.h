// What the studies of a fine-tuning are like.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "model/training_facts.h"
#include "store/store.h"

namespace brainmvp::finetune {

// Of the studies at `positions` of the store in `folder`, for a model of these channels. Reads the records of all, and one image
// of up to a dozen of them.
model::TrainingFacts facts_of_training(const std::filesystem::path& folder, const store::Store& store,
                                       const std::vector<std::size_t>& positions, const std::vector<std::string>& channels);

} // namespace brainmvp::finetune
