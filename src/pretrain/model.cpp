#include "pretrain/model.h"

#include <ATen/ops/sum.h>

#include <algorithm>
#include <cmath>

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

bool all_finite(const Model& model) {
  // A sum in double is finite only if all its terms are: finite floats cannot overflow it.
  return std::ranges::all_of(weights_of(model), [](const auto& entry) {
    return std::isfinite(at::sum(entry.second, at::kDouble).template item<double>());
  });
}

} // namespace brainmvp::pretrain
