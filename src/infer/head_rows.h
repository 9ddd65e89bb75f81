// What the rows of heads.cpp are made of; private to src/infer.
#pragma once

#include "infer/head.h"

namespace brainmvp::infer {

// A label map a study, and with --probabilities a file an output.
std::unique_ptr<Outputs> label_maps(const PredictionSetup& setup);
void describe_labels(const model::ModelDescription& description, nlohmann::ordered_json& sidecar);

// One table with a row a study and a column an output, named `prefix` and the output.
std::unique_ptr<Outputs> prediction_table(const PredictionSetup& setup, const std::string& prefix);

} // namespace brainmvp::infer
