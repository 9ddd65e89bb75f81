#include "pretrain/model.h"

#include "pretrain/template_bank.h"

namespace brainmvp::pretrain {

train::NamedTensors parameters_of(const Model& model) {
  train::NamedTensors parameters{{"rep_template", model.templates}};
  for (const auto& entry : model.network->named_parameters()) {
    parameters.emplace_back(entry.key(), entry.value());
  }
  return parameters;
}

checkpoint::Weights weights_of(const Model& model) {
  checkpoint::Weights weights = model_state(model.templates, *model.network);
  for (auto& [name, tensor] : weights) {
    tensor = tensor.detach();
  }
  return weights;
}

} // namespace brainmvp::pretrain
