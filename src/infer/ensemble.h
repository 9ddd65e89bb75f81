// Several models that predict together.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "model/model.h"

namespace brainmvp::infer {

// Throws Error(kBadInput) naming the first model whose task, labels, regions, classes or preparation differ from the first's.
std::vector<model::Model> load_ensemble(const std::vector<std::filesystem::path>& runs_or_files);

// The channels of all models, each once.
std::vector<std::string> channels_of(const std::vector<model::Model>& models);

} // namespace brainmvp::infer
