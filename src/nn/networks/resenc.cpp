#include "nn/networks/resenc.h"

#include "nn/layers/checkpointing.h"

namespace brainmvp::nn {

using torch::Tensor;

ResEncEncoder::ResEncEncoder(const ResEncOptions& options, std::int64_t channels) {
  stem_ = register_module("stem", std::make_shared<StackedConvolutions>(channels, options.widths.front(), 1));
  const auto stages = register_module("stages", std::make_shared<torch::nn::Module>());
  std::int64_t in = options.widths.front();
  for (std::size_t stage = 0; stage < options.widths.size(); ++stage) {
    const auto module = stages->register_module(std::to_string(stage), std::make_shared<torch::nn::Module>());
    const auto list = module->register_module("blocks", std::make_shared<torch::nn::Module>());
    auto& blocks = stages_.emplace_back();
    for (std::int64_t i = 0; i < options.blocks[stage]; ++i) {
      const std::int64_t stride = stage > 0 && i == 0 ? 2 : 1;
      blocks.push_back(
          list->register_module(std::to_string(i), std::make_shared<NnunetResidualBlock>(in, options.widths[stage], stride)));
      in = options.widths[stage];
    }
  }
}

std::vector<Tensor> ResEncEncoder::forward(const Tensor& x) {
  std::vector<Tensor> features;
  Tensor y = stem_->forward(x.contiguous());
  for (const auto& blocks : stages_) {
    for (const auto& block : blocks) {
      y = forward_block(block, y);
    }
    features.push_back(y);
  }
  return features;
}

Backbone resenc_backbone(const std::string& name, const ResEncOptions& options, const std::array<double, 5>& bytes_per_voxel) {
  return {.name = name,
          .widths = options.widths,
          .size_multiple = 1 << (options.widths.size() - 1),
          .norms_voxels = true,
          .stem = "stem.convs.0.conv.weight",
          .bytes_per_voxel = bytes_per_voxel,
          .encoder = [options](std::int64_t channels) { return std::make_shared<ResEncEncoder>(options, channels); },
          .reconstruction = {},
          .segmentation = {}};
}

} // namespace brainmvp::nn
