#include "nn/networks/unet.h"

#include <string>

#include "nn/layers/checkpointing.h"
#include "nn/layers/size_check.h"
#include "nn/networks/unet_segmentation.h"

namespace brainmvp::nn {
namespace {

using torch::Tensor;

class UNet : public ReconstructionNetwork {
public:
  UNet() : encoder_(std::make_shared<UNetEncoder>(1)), decoder_(std::make_shared<UNetDecoder>(1)) {
    // The public code's names have neither "encoder." nor "decoder." in front.
    adopt_children(*encoder_);
    adopt_children(*decoder_);
  }

  Reconstruction forward(const Tensor& x) override {
    check_input(x, 1, kUNetSizeMultiple);
    const std::vector<Tensor> features = encoder_->forward(x);
    return {.features = features, .image = decoder_->output(decoder_->forward(features.back(), {}).back())};
  }

private:
  void adopt_children(const torch::nn::Module& part) {
    for (const auto& child : part.named_children()) {
      register_module(child.key(), child.value());
    }
  }

  std::shared_ptr<UNetEncoder> encoder_;
  std::shared_ptr<UNetDecoder> decoder_;
};

} // namespace

UNetEncoder::UNetEncoder(std::int64_t input_channels) {
  for (std::size_t level = 0; level < kLetters.size(); ++level) {
    const std::int64_t width = kUNetWidth << level;
    if (level == 0) {
      stem_ = register_module("conv1a", std::make_shared<Convolution>(input_channels, width, 3));
    } else {
      downs_.push_back(register_module("ds" + std::to_string(level), std::make_shared<Convolution>(width / 2, width, 3, 2)));
    }
    auto& blocks = levels_.emplace_back();
    for (const char letter : kLetters[level]) {
      blocks.push_back(register_module("conv" + std::to_string(level + 1) + letter, std::make_shared<ResidualBlock>(width)));
    }
  }
}

UNetEncoder::Features UNetEncoder::features(const Tensor& x) {
  Features result;
  Tensor y = stem_->forward(x.contiguous());
  for (std::size_t level = 0; level < levels_.size(); ++level) {
    if (level > 0) {
      y = downs_[level - 1]->forward(y);
      result.downs.push_back(y);
    }
    for (const auto& block : levels_[level]) {
      y = forward_block(block, y);
    }
    result.levels.push_back(y);
  }
  return result;
}

UNetDecoder::UNetDecoder(std::int64_t outputs) {
  for (std::int64_t level = 3; level > 0; --level) {
    const std::int64_t width = kUNetWidth << level;
    const std::string name = "up" + std::to_string(level + 1) + "conv";
    ups_.push_back(register_module(name + "a", std::make_shared<Convolution>(width, width / 2, 1)));
    blocks_.push_back(register_module(name + "b", std::make_shared<ResidualBlock>(width / 2)));
  }
  output_ = register_module("up1conv", std::make_shared<Convolution>(kUNetWidth, outputs, 1));
}

std::vector<Tensor> UNetDecoder::forward(const Tensor& deepest, const std::vector<Tensor>& skips) const {
  std::vector<Tensor> levels;
  Tensor y = deepest;
  for (std::size_t i = 0; i < ups_.size(); ++i) {
    y = ups_[i]->forward(y);
    y = at::upsample_nearest3d(y, {2 * y.size(2), 2 * y.size(3), 2 * y.size(4)});
    if (!skips.empty()) {
      y = y + skips[ups_.size() - 1 - i];
    }
    y = forward_block(blocks_[i], y);
    levels.push_back(y);
  }
  return levels;
}

Tensor UNetDecoder::output(const Tensor& finest) const { return output_->forward(finest); }

Backbone unet_backbone(const std::string& name, const std::array<double, 5>& bytes_per_voxel) {
  return {.name = name,
          .widths = {kUNetWidth, 2 * kUNetWidth, 4 * kUNetWidth, 8 * kUNetWidth},
          .size_multiple = kUNetSizeMultiple,
          .stem = "conv1a.weight",
          .outputs = {"decoder.up1conv.", "ms_out."},
          .bytes_per_voxel = bytes_per_voxel,
          .encoder = [](std::int64_t channels) { return std::make_shared<UNetEncoder>(channels); },
          .reconstruction = [] { return std::make_shared<UNet>(); },
          .segmentation = make_unet_segmentation};
}

} // namespace brainmvp::nn
