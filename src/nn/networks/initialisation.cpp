#include "nn/networks/initialisation.h"

#include <cmath>

#include "nn/layers/public_start.h"
#include "nn/layers/unet_layers.h"

namespace brainmvp::nn {
namespace {

// The public code visits the convolutions of encoder and decoder. Its transposed ones are of another class, the heads of deep
// supervision stand outside, and its UNet is not visited at all.
bool is_visited(const torch::nn::Module& layer, const std::string& name, const torch::Tensor* weight) {
  constexpr std::int64_t kConvolution = 5; // axes of its weight
  return weight != nullptr && weight->dim() == kConvolution && dynamic_cast<const Convolution*>(&layer) == nullptr &&
         name.find("transp_conv") == std::string::npos && !name.starts_with("ms_out");
}

// Normal with the variance 2 / fan-out, where fan-out is outputs times voxels of the kernel whatever the groups; zero bias.
void draw_by_fan_out(torch::Tensor weight, torch::Tensor* bias) {
  const torch::NoGradGuard no_gradient;
  const std::int64_t fan_out = weight.size(0) * weight.size(2) * weight.size(3) * weight.size(4);
  weight.normal_(0, std::sqrt(2.0 / static_cast<double>(fan_out)));
  if (bias != nullptr) {
    bias->zero_();
  }
}

} // namespace

void initialise(torch::nn::Module& network, Initialisation start) {
  if (start == Initialisation::kPyTorch) {
    return;
  }
  for (const auto& entry : network.named_modules("", /*include_self=*/false)) {
    if (auto* own = dynamic_cast<PublicStart*>(entry.value().get())) {
      own->draw_public_start();
      continue;
    }
    auto parameters = entry.value()->named_parameters(/*recurse=*/false);
    torch::Tensor* weight = parameters.find("weight");
    if (is_visited(*entry.value(), entry.key(), weight)) {
      draw_by_fan_out(*weight, parameters.find("bias"));
    }
  }
}

} // namespace brainmvp::nn
