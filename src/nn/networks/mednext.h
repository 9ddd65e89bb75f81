// MedNeXt (Roy et al. 2023, arXiv 2303.09975): a UNet of depthwise convolutions and MLPs, under the names of MONAI's `MedNeXt`,
// with "encoder." before those of the encoder.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "nn/layers/mednext_layers.h"
#include "nn/networks/backbones.h"

namespace brainmvp::nn {

// Of the four stages of the encoder, the bottleneck, and the four stages of the decoder. A block between two levels expands as
// the stage of the finer one, as in MONAI; in the authors' code those of the encoder expand as the deeper one, which differs in
// L.
struct MednextOptions {
  std::array<std::int64_t, 9> expansions{2, 2, 2, 2, 2, 2, 2, 2, 2};
  std::array<std::int64_t, 9> blocks{2, 2, 2, 2, 2, 2, 2, 2, 2};
  std::int64_t kernel = 3;
};

inline constexpr std::int64_t kMednextWidth = 32; // at full resolution; doubled at each of the four levels below
inline constexpr int kMednextSizeMultiple = 16;

// Names: stem, enc_stages.0.0, down_blocks.0, ..., bottleneck.0, ... Features are those of the stages and of the bottleneck:
// [B, 32 2^s, H / 2^s, ...].
class MednextEncoder : public Encoder {
public:
  MednextEncoder(const MednextOptions& options, std::int64_t channels);
  std::vector<torch::Tensor> forward(const torch::Tensor& x) override;

private:
  std::shared_ptr<MednextLinear> stem_;
  std::vector<MednextBlocks> stages_; // with the bottleneck
  MednextBlocks downs_;
};

// Names: up_blocks.0, dec_stages.0.0, ..., from the deepest level up; out_0, and out_blocks.0, ... of the deeper levels, of which
// 1/4 and 1/2 are supervised.
std::shared_ptr<SegmentationNetwork> make_mednext_segmentation(const MednextOptions& options, std::int64_t channels,
                                                               std::int64_t outputs);

Backbone mednext_backbone(const std::string& name, const MednextOptions& options, const std::array<double, 5>& bytes_per_voxel);

} // namespace brainmvp::nn
