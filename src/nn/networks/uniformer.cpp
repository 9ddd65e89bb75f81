#include "nn/networks/uniformer.h"

#include <string>

#include "nn/layers/checkpointing.h"
#include "nn/layers/size_check.h"
#include "nn/networks/uniformer_decoder.h"
#include "nn/networks/uniformer_segmentation.h"

namespace brainmvp::nn {
namespace {

using torch::Tensor;

class UniFormerReconstruction : public ReconstructionNetwork {
public:
  explicit UniFormerReconstruction(const UniFormerOptions& options) {
    const auto wrapper = register_module("encoder", std::make_shared<torch::nn::Module>());
    encoder_ = wrapper->register_module("uniformer", std::make_shared<UniFormerEncoder>(options));
    decoder_ = register_module("decoder", std::make_shared<ReconstructionDecoder>(options.widths));
  }

  Reconstruction forward(const Tensor& x) override {
    check_input(x, 1, kUniFormerSizeMultiple);
    Reconstruction result{.features = encoder_->forward(x), .image = {}};
    result.image = decoder_->forward(result.features.back().permute({0, 2, 3, 4, 1})); // [B, C, H, W, D] -> [B, H, W, D, C]
    return result;
  }

private:
  std::shared_ptr<UniFormerEncoder> encoder_;
  std::shared_ptr<ReconstructionDecoder> decoder_;
};

} // namespace

UniFormerEncoder::UniFormerEncoder(const UniFormerOptions& options) {
  constexpr std::size_t kConvolutionStages = 2;
  std::int64_t in = options.input_channels;
  for (std::size_t stage = 0; stage < options.widths.size(); ++stage) {
    const std::string name = "patch_embed" + std::to_string(stage + 1);
    embeddings_.push_back(register_module(name, std::make_shared<PatchEmbedding>(in, options.widths[stage])));
    in = options.widths[stage];
  }
  for (std::size_t stage = 0; stage < options.widths.size(); ++stage) {
    const std::int64_t width = options.widths[stage];
    const auto list = register_module("blocks" + std::to_string(stage + 1), std::make_shared<torch::nn::Module>());
    std::vector<std::shared_ptr<Block>>& blocks = stages_.emplace_back();
    for (std::int64_t i = 0; i < options.depths[stage]; ++i) {
      const auto block =
          stage < kConvolutionStages ? make_convolution_block(width) : make_attention_block(width, options.head_width);
      blocks.push_back(list->register_module(std::to_string(i), block));
    }
  }
  norm_ = register_module("norm", std::make_shared<BatchNorm>(options.widths.back()));
}

std::vector<Tensor> UniFormerEncoder::forward(const Tensor& x) {
  std::vector<Tensor> features;
  Tensor tokens = x.permute({0, 4, 2, 3, 1}); // [B, D, H, W, C]
  for (std::size_t stage = 0; stage < stages_.size(); ++stage) {
    tokens = embeddings_[stage]->forward(tokens);
    for (const auto& block : stages_[stage]) {
      tokens = forward_block(block, tokens);
    }
    if (stage + 1 == stages_.size()) {
      tokens = norm_->forward(tokens);
    }
    features.push_back(tokens.permute({0, 4, 2, 3, 1})); // [B, C, H, W, D]
  }
  return features;
}

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
  return std::nullopt;
}

Backbone uniformer_backbone(const std::string& name, const std::array<double, 5>& bytes_per_voxel) {
  const UniFormerOptions sizes = uniformer_options(name).value();
  const auto with_channels = [sizes](std::int64_t channels) {
    UniFormerOptions options = sizes;
    options.input_channels = channels;
    return options;
  };
  return {.name = name,
          .widths = {sizes.widths.begin(), sizes.widths.end()},
          .size_multiple = kUniFormerSizeMultiple,
          .stem = "patch_embed1.proj.weight",
          .outputs = {"decoder.out.", "ms_out."},
          .bytes_per_voxel = bytes_per_voxel,
          .encoder = [=](std::int64_t channels) { return std::make_shared<UniFormerEncoder>(with_channels(channels)); },
          .reconstruction = [=] { return std::make_shared<UniFormerReconstruction>(sizes); },
          .segmentation = [=](std::int64_t channels,
                              std::int64_t outputs) { return make_uniformer_segmentation(with_channels(channels), outputs); }};
}

} // namespace brainmvp::nn
