#include "nn/networks/network.h"

#include "nn/networks/generic_networks.h"

namespace brainmvp::nn {
namespace {

void append_state(const torch::nn::Module& module, const std::string& prefix, NamedTensors& tensors) {
  for (const auto& parameter : module.named_parameters(false)) {
    tensors.emplace_back(prefix + parameter.key(), parameter.value());
  }
  for (const auto& buffer : module.named_buffers(false)) {
    tensors.emplace_back(prefix + buffer.key(), buffer.value());
  }
  for (const auto& entry : module.named_children()) {
    append_state(*entry.value(), prefix + entry.key() + ".", tensors);
  }
}

} // namespace

std::shared_ptr<ReconstructionNetwork> make_network(const std::string& name, Decoder decoder, std::int64_t channels) {
  const Backbone& row = backbone(name);
  if (decoder == Decoder::kSkips) {
    return make_skip_reconstruction(row, channels);
  }
  return row.reconstruction && channels == 1 ? row.reconstruction() : make_generic_reconstruction(row, channels);
}

NamedTensors state_tensors(const torch::nn::Module& module) {
  NamedTensors tensors;
  append_state(module, "", tensors);
  return tensors;
}

NamedTensors detached_state(const torch::nn::Module& module) {
  NamedTensors tensors = state_tensors(module);
  for (auto& [name, tensor] : tensors) {
    tensor = tensor.detach();
  }
  return tensors;
}

NamedTensors parameters_of(const torch::nn::Module& module) {
  NamedTensors parameters;
  for (const auto& entry : module.named_parameters()) {
    parameters.emplace_back(entry.key(), entry.value());
  }
  return parameters;
}

} // namespace brainmvp::nn
