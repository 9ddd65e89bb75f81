#include "nn/uniformer.h"

#include <string>

#include "nn/checkpointing.h"
#include "nn/execution.h"
#include "nn/size_check.h"
#include "nn/uniformer_decoder.h"

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
    check_input(x, 1, size_multiple());
    Reconstruction result{.features = encoder_->forward(x), .image = {}};
    result.image = decoder_->forward(result.features.back().permute({0, 3, 4, 2, 1})); // [B, C, D, H, W] -> [B, H, W, D, C]
    return result;
  }

  [[nodiscard]] int size_multiple() const override { return kUniFormerSizeMultiple; }

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
  std::vector<Tensor> features{x.permute({0, 1, 4, 2, 3})};
  Tensor tokens = x.permute({0, 4, 2, 3, 1}); // [B, D, H, W, C]
  for (std::size_t stage = 0; stage < stages_.size(); ++stage) {
    tokens = embeddings_[stage]->forward(tokens);
    for (const auto& block : stages_[stage]) {
      tokens = current_execution().checkpoints_activations && is_training()
                   ? checkpointed([block](const Tensor& input) { return block->forward(input); }, tokens)
                   : block->forward(tokens);
    }
    if (stage + 1 == stages_.size()) {
      tokens = norm_->forward(tokens);
    }
    features.push_back(tokens.permute({0, 4, 1, 2, 3}));
  }
  return features;
}

std::shared_ptr<ReconstructionNetwork> make_uniformer(const UniFormerOptions& options) {
  return std::make_shared<UniFormerReconstruction>(options);
}

} // namespace brainmvp::nn
