// The JSON beside a prediction: which models made it from what, and how; no names, no paths of inputs.
#pragma once

#include <string>
#include <vector>

#include "infer/channels.h"
#include "infer/earlier.h"
#include "infer/predict_run.h"
#include "model/model.h"

namespace brainmvp::infer {

// What one study gave to each of the models.
struct CaseFacts {
  std::vector<ChannelPlan> plans;   // one a model
  std::vector<std::string> ignored; // modalities that no model takes
  InputHashes inputs;
  std::string earlier_channels; // of a row that is kept: plans and ignored, as a sidecar has them
  std::string earlier_inputs;   // the same
};

// What a sidecar describes: one case with files of its own, or a table.
struct Described {
  std::vector<CaseFacts> cases;           // in the order of the rows
  std::vector<std::string> probabilities; // of a case: what files were written of
  std::string table_hash;                 // of a table
};

// The text of a sidecar. `precision`: resolved.
std::string sidecar_text(const PredictOptions& options, const std::string& precision, const std::vector<model::Model>& models,
                         const Described& described);

} // namespace brainmvp::infer
