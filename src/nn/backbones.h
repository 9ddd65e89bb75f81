// The networks by name: the one table of their sizes.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace brainmvp::nn {

struct UniFormerOptions {
  std::array<std::int64_t, 4> depths{3, 4, 8, 3};
  std::array<std::int64_t, 4> widths{64, 128, 320, 512};
  std::int64_t head_width = 64;
  std::int64_t input_channels = 1;
};

// "uniformer_tiny", "uniformer_small", "uniformer_base", "unet".
std::vector<std::string> network_names();

// Sizes of the UniFormer of that name; nothing for "unet", which has one size. Throws Error(kUsage) for an unknown name,
// with the nearest known one.
std::optional<UniFormerOptions> uniformer_options(const std::string& name, std::int64_t input_channels = 1);

} // namespace brainmvp::nn
