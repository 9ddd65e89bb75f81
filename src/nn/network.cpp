#include "nn/network.h"

#include "base/error.h"
#include "base/text.h"
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

std::vector<std::string> network_names() { return {"uniformer_tiny", "uniformer_small", "uniformer_base", "unet"}; }

std::shared_ptr<ReconstructionNetwork> make_network(const std::string& name) {
  if (name == "uniformer_tiny") {
    return make_uniformer({.depths = {2, 2, 4, 2}, .widths = {32, 64, 128, 192}, .head_width = 32});
  }
  if (name == "uniformer_small") {
    return make_uniformer({});
  }
  if (name == "uniformer_base") {
    return make_uniformer({.depths = {5, 8, 20, 7}});
  }
  if (name == "unet") {
    return make_unet();
  }
  const std::vector<std::string> names = network_names();
  const std::string nearest = nearest_name(name, names);
  throw Error(ExitCode::kUsage, "network '" + name + "' is unknown" + (nearest.empty() ? "" : "; did you mean " + nearest + "?") +
                                    " (known: " + join(names, ", ") + ")");
}

std::vector<std::pair<std::string, torch::Tensor>> state_tensors(const torch::nn::Module& module) {
  std::vector<std::pair<std::string, torch::Tensor>> tensors;
  append_state(module, "", tensors);
  return tensors;
}

} // namespace brainmvp::nn
