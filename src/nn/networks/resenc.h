// The residual encoder of nnU-Net (Isensee et al. 2024, arXiv 2404.09556), under the names of its public implementation.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "nn/layers/nnunet_layers.h"
#include "nn/networks/backbones.h"

namespace brainmvp::nn {

struct ResEncOptions {
  std::vector<std::int64_t> widths; // of the stages; each but the first halves the sides
  std::vector<std::int64_t> blocks; // of each stage
};

// Names: stem.convs.0, stages.0.blocks.0, ... Features are those of the stages: [B, widths[s], H / 2^s, ...].
class ResEncEncoder : public Encoder {
public:
  ResEncEncoder(const ResEncOptions& options, std::int64_t channels);
  std::vector<torch::Tensor> forward(const torch::Tensor& x) override;

private:
  std::shared_ptr<StackedConvolutions> stem_;
  std::vector<std::vector<std::shared_ptr<NnunetResidualBlock>>> stages_;
};

Backbone resenc_backbone(const std::string& name, const ResEncOptions& options, const std::array<double, 5>& bytes_per_voxel);

} // namespace brainmvp::nn
