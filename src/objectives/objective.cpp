#include "objectives/objective.h"

namespace brainmvp::objectives {

MemoryNeeds Objective::memory() const {
  MemoryNeeds needs;
  for (const torch::Tensor& parameter : network_->parameters()) {
    needs.parameters += static_cast<double>(parameter.nbytes());
  }
  return needs;
}

train::NamedValues Objective::validation(const train::NamedValues& means) const {
  return {{"validation_loss", means.front().second}};
}

} // namespace brainmvp::objectives
