#include "train/learner.h"

#include <ATen/ops/stack.h>

namespace brainmvp::train {
namespace {

// All at once: a device is waited for once.
std::vector<double> values_of(const NamedTensors& terms) {
  std::vector<torch::Tensor> scalars;
  for (const auto& [name, tensor] : terms) {
    scalars.push_back(tensor.detach().to(at::kDouble));
  }
  const torch::Tensor values = at::stack(scalars).to(at::kCPU);
  return {values.const_data_ptr<double>(), values.const_data_ptr<double>() + values.numel()};
}

} // namespace

void add_share(NamedValues& means, const NamedTensors& terms, double share) {
  const std::vector<double> values = values_of(terms);
  means.resize(terms.size());
  for (std::size_t i = 0; i < terms.size(); ++i) {
    means[i].first = terms[i].first;
    means[i].second += share * values[i];
  }
}

} // namespace brainmvp::train
