#include "nn/network.h"

#include "nn/unet.h"
#include "nn/uniformer.h"

namespace brainmvp::nn {
namespace {

void append_state(const torch::nn::Module& module, const std::string& prefix,
                  std::vector<std::pair<std::string, torch::Tensor>>& tensors) {
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

std::shared_ptr<ReconstructionNetwork> make_network(const std::string& name) {
  const std::optional<UniFormerOptions> uniformer = uniformer_options(name);
  return uniformer ? make_uniformer(*uniformer) : make_unet();
}

std::vector<std::pair<std::string, torch::Tensor>> state_tensors(const torch::nn::Module& module) {
  std::vector<std::pair<std::string, torch::Tensor>> tensors;
  append_state(module, "", tensors);
  return tensors;
}

} // namespace brainmvp::nn
