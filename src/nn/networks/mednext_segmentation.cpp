#include "nn/layers/checkpointing.h"
#include "nn/layers/size_check.h"
#include "nn/networks/mednext.h"

namespace brainmvp::nn {
namespace {

using torch::Tensor;

// From one level to the next finer one.
struct MednextLevel {
  std::shared_ptr<MednextBlock> up;
  MednextBlocks blocks;
};

Tensor logits_of(const MednextTransposed& head, const Tensor& tokens) {
  return head.forward(tokens).permute({0, 4, 1, 2, 3}).contiguous();
}

class MednextSegmentation : public SegmentationNetwork {
public:
  MednextSegmentation(const MednextOptions& options, std::int64_t channels, std::int64_t outputs) : channels_(channels) {
    encoder_ = register_module("encoder", std::make_shared<MednextEncoder>(options, channels));
    const auto ups = register_module("up_blocks", std::make_shared<torch::nn::Module>());
    const auto stages = register_module("dec_stages", std::make_shared<torch::nn::Module>());
    const auto output = register_module("out_0", std::make_shared<torch::nn::Module>());
    const auto deeper = register_module("out_blocks", std::make_shared<torch::nn::Module>());
    const std::size_t levels = options.blocks.size() / 2;
    for (std::size_t i = 0; i < levels; ++i) {
      const std::int64_t width = kMednextWidth << (levels - 1 - i), expansion = options.expansions[levels + 1 + i];
      const std::string number = std::to_string(i);
      const auto stage = stages->register_module(number, std::make_shared<torch::nn::Module>());
      levels_.push_back(
          {.up = ups->register_module(number,
                                      std::make_shared<MednextBlock>(MednextBlock::Options{.in = 2 * width,
                                                                                           .out = width,
                                                                                           .expansion = expansion,
                                                                                           .kernel = options.kernel,
                                                                                           .sampling = Sampling::kDoubled})),
           .blocks = register_mednext_blocks(*stage, options.blocks[levels + 1 + i], width, expansion, options.kernel)});
      const auto head = deeper->register_module(number, std::make_shared<torch::nn::Module>());
      heads_.push_back(head->register_module("conv_out", std::make_shared<MednextTransposed>(2 * width, outputs)));
    }
    output_ = output->register_module("conv_out", std::make_shared<MednextTransposed>(kMednextWidth, outputs));
  }

  Segmentation forward(const Tensor& x) override {
    check_input(x, channels_, kMednextSizeMultiple);
    Segmentation result{.logits = {}, .deeper = {}, .quarter = {}, .features = encoder_->forward(x)};
    std::vector<Tensor> features;
    for (const Tensor& feature : result.features) {
      features.push_back(feature.permute({0, 2, 3, 4, 1})); // [B, C, H, W, D] -> [B, H, W, D, C]
    }
    Tensor y = features.back(), half;
    for (std::size_t i = 0; i < levels_.size(); ++i) {
      if (is_training() && i + 2 == levels_.size()) {
        result.quarter = logits_of(*heads_[i], y);
      } else if (is_training() && i + 1 == levels_.size()) {
        half = logits_of(*heads_[i], y);
      }
      y = forward_block(levels_[i].up, y) + features[features.size() - 2 - i];
      y = forward_blocks(levels_[i].blocks, y);
    }
    result.logits = logits_of(*output_, y);
    if (is_training()) {
      supervise_deeper(result, half);
    }
    return result;
  }

private:
  std::int64_t channels_;
  std::shared_ptr<MednextEncoder> encoder_;
  std::vector<MednextLevel> levels_;                      // deepest first
  std::vector<std::shared_ptr<MednextTransposed>> heads_; // of what each level begins with
  std::shared_ptr<MednextTransposed> output_;
};

} // namespace

std::shared_ptr<SegmentationNetwork> make_mednext_segmentation(const MednextOptions& options, std::int64_t channels,
                                                               std::int64_t outputs) {
  return std::make_shared<MednextSegmentation>(options, channels, outputs);
}

} // namespace brainmvp::nn
