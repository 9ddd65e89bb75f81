#include "nn/networks/mednext.h"

#include "nn/layers/checkpointing.h"

namespace brainmvp::nn {
namespace {

constexpr std::size_t kBottleneck = 4; // its place among the stages

std::int64_t width_of(std::size_t level) { return kMednextWidth << level; }

} // namespace

using torch::Tensor;

MednextEncoder::MednextEncoder(const MednextOptions& options, std::int64_t channels) {
  stem_ = register_module("stem", std::make_shared<MednextLinear>(channels, kMednextWidth, Linear::Kind::kPointwiseConvolution));
  const auto stages = register_module("enc_stages", std::make_shared<torch::nn::Module>());
  const auto downs = register_module("down_blocks", std::make_shared<torch::nn::Module>());
  for (std::size_t level = 0; level < kBottleneck; ++level) {
    const std::int64_t width = width_of(level), expansion = options.expansions[level];
    const auto stage = stages->register_module(std::to_string(level), std::make_shared<torch::nn::Module>());
    stages_.push_back(register_mednext_blocks(*stage, options.blocks[level], width, expansion, options.kernel));
    downs_.push_back(downs->register_module(
        std::to_string(level),
        std::make_shared<MednextBlock>(MednextBlock::Options{
            .in = width, .out = 2 * width, .expansion = expansion, .kernel = options.kernel, .sampling = Sampling::kHalved})));
  }
  const auto bottleneck = register_module("bottleneck", std::make_shared<torch::nn::Module>());
  stages_.push_back(register_mednext_blocks(*bottleneck, options.blocks[kBottleneck], width_of(kBottleneck),
                                            options.expansions[kBottleneck], options.kernel));
}

std::vector<Tensor> MednextEncoder::forward(const Tensor& x) {
  std::vector<Tensor> features;
  Tensor y = stem_->forward(x.permute({0, 2, 3, 4, 1}));
  for (std::size_t level = 0; level < stages_.size(); ++level) {
    y = level == 0 ? y : forward_block(downs_[level - 1], y);
    y = forward_blocks(stages_[level], y);
    features.push_back(y.permute({0, 4, 1, 2, 3}));
  }
  return features;
}

Backbone mednext_backbone(const std::string& name, const MednextOptions& options, const std::array<double, 5>& bytes_per_voxel) {
  std::vector<std::int64_t> widths;
  for (std::size_t level = 0; level <= kBottleneck; ++level) {
    widths.push_back(width_of(level));
  }
  return {.name = name,
          .widths = widths,
          .size_multiple = kMednextSizeMultiple,
          .norms_voxels = true,
          .stem = "stem.weight",
          .outputs = {"out_0.", "out_blocks."},
          .bytes_per_voxel = bytes_per_voxel,
          .encoder = [options](std::int64_t channels) { return std::make_shared<MednextEncoder>(options, channels); },
          .reconstruction = {},
          .segmentation = [options](std::int64_t channels,
                                    std::int64_t outputs) { return make_mednext_segmentation(options, channels, outputs); }};
}

} // namespace brainmvp::nn
