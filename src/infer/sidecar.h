// The JSON beside a prediction: which models made it from what, and how; no names, no paths of inputs.
#pragma once

#include <string>
#include <vector>

#include "infer/channels.h"
#include "infer/model.h"
#include "infer/predict_run.h"

namespace brainmvp::infer {

// What one study gave to each of the models.
struct CaseFacts {
  std::vector<ChannelPlan> plans;   // one a model
  std::vector<std::string> ignored; // modalities that no model takes
};

// The text of a sidecar. One case for a segmentation; those of a classification in the rows' order. `precision`: resolved.
std::string sidecar_text(const PredictOptions& options, const std::string& precision, const std::vector<Model>& models,
                         const std::vector<CaseFacts>& cases);

// Whether two texts of sidecars say the same models and the same options, whatever channels their cases had.
bool same_prediction(const std::string& a, const std::string& b);

} // namespace brainmvp::infer
