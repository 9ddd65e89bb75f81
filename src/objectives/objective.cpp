#include "objectives/objective.h"

#include "base/error.h"
#include "nn/networks/network.h"

namespace brainmvp::objectives {

MemoryNeeds Objective::memory() const {
  MemoryNeeds needs;
  for (const torch::Tensor& parameter : network_->parameters()) {
    needs.parameters += static_cast<double>(parameter.nbytes());
  }
  return needs;
}

NamedTensors Objective::parameters() const {
  NamedTensors parameters;
  for (const auto& entry : network_->named_parameters()) {
    parameters.emplace_back(entry.key(), entry.value());
  }
  return parameters;
}

NamedTensors Objective::weights() const {
  NamedTensors weights = nn::state_tensors(*network_);
  for (auto& [name, tensor] : weights) {
    tensor = tensor.detach();
  }
  return weights;
}

train::NamedValues Objective::validation(const train::NamedValues& means) const {
  return {{"validation_loss", means.front().second}};
}

void check_crop(const image::Size& crop, std::int64_t multiple, const std::string& of_what) {
  for (const std::size_t side : crop) {
    if (side == 0 || static_cast<std::int64_t>(side) % multiple != 0) {
      throw Error(ExitCode::kUsage, "--crop " + std::to_string(side) + ": the sides of a crop must be multiples of " +
                                        std::to_string(multiple) + " for " + of_what);
    }
  }
}

} // namespace brainmvp::objectives
