// Three convolutions, each of which halves the sides.
#include <torch/nn/modules/conv.h>

#include "nn/networks/backbones.h"

namespace example {
using namespace brainmvp;

const std::vector<std::int64_t> kWidths{16, 32, 64};

class Pyramid : public nn::Encoder {
public:
  explicit Pyramid(std::int64_t channels) {
    for (const std::int64_t width : kWidths) {
      const auto options = torch::nn::Conv3dOptions(channels, width, 3).stride(2).padding(1);
      levels_.push_back(register_module("level" + std::to_string(levels_.size()), torch::nn::Conv3d(options)));
      channels = width;
    }
  }

  std::vector<torch::Tensor> forward(const torch::Tensor& x) override {
    std::vector<torch::Tensor> features{x};
    for (torch::nn::Conv3d& level : levels_) {
      features.push_back(level->forward(features.back()).relu());
    }
    return {features.begin() + 1, features.end()}; // finest first
  }

private:
  std::vector<torch::nn::Conv3d> levels_;
};

void add_pyramid() {
  nn::add_backbone({.name = "pyramid",
                    .widths = kWidths,
                    .size_multiple = 8,
                    .stem = "level0.weight",
                    .bytes_per_voxel = {200, 600, 100, 300, 50}, // as `/usr/bin/time -v brainmvp bench` finds them
                    .encoder = [](std::int64_t channels) { return std::make_shared<Pyramid>(channels); }});
}

} // namespace example
