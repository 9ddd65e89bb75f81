#include "nn/backbones.h"

#include "base/error.h"
#include "base/text.h"

namespace brainmvp::nn {

std::vector<std::string> network_names() { return {"uniformer_tiny", "uniformer_small", "uniformer_base", "unet"}; }

std::optional<UniFormerOptions> uniformer_options(const std::string& name, std::int64_t input_channels) {
  if (name == "uniformer_tiny") {
    return UniFormerOptions{
        .depths = {2, 2, 4, 2}, .widths = {32, 64, 128, 192}, .head_width = 32, .input_channels = input_channels};
  }
  if (name == "uniformer_small") {
    return UniFormerOptions{.input_channels = input_channels};
  }
  if (name == "uniformer_base") {
    return UniFormerOptions{.depths = {5, 8, 20, 7}, .input_channels = input_channels};
  }
  if (name == "unet") {
    return std::nullopt;
  }
  const std::vector<std::string> names = network_names();
  const std::string nearest = nearest_name(name, names);
  throw Error(ExitCode::kUsage, "network '" + name + "' is unknown" + (nearest.empty() ? "" : "; did you mean " + nearest + "?") +
                                    " (known: " + join(names, ", ") + ")");
}

} // namespace brainmvp::nn
