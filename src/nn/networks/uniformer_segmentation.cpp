#include "nn/networks/uniformer_segmentation.h"

#include "nn/layers/checkpointing.h"
#include "nn/layers/decoder_parts.h"
#include "nn/layers/deep_supervision.h"
#include "nn/layers/size_check.h"
#include "nn/networks/uniformer.h"

namespace brainmvp::nn {
namespace {

using torch::Tensor;

class SegmentationDecoder : public torch::nn::Module {
public:
  SegmentationDecoder(const UniFormerOptions& options, std::int64_t outputs)
      : levels_(register_decoder_levels(*this, options.widths)) {
    projection_ = register_module("proj1", std::make_shared<InputProjection>(options.input_channels, options.widths[0]));
    output_ = register_output_convolution(*this, "out", options.widths[0], outputs);
  }

  // x: the image, [B, C, H, W, D]; stages: outputs of the encoder's stages, finest first, [B, h, w, d, C]. Gives the decoder's
  // features at 1/8, 1/4 and 1/2, [B, h, w, d, C], and the logits, [B, h, w, d, K].
  std::vector<Tensor> forward(const Tensor& x, const std::vector<Tensor>& stages) const {
    std::vector<Tensor> results;
    Tensor y = stages.back();
    for (std::size_t i = 0; i + 1 < levels_.size(); ++i) {
      const auto level = [level = levels_[i]](const std::vector<Tensor>& inputs) { return level->forward(inputs[0], inputs[1]); };
      y = forward_samples(is_training(), level, {y, stages[stages.size() - 2 - i]});
      results.push_back(y);
    }
    const auto finest = [level = levels_.back(), projection = projection_, output = output_](const std::vector<Tensor>& inputs) {
      return output->forward(level->forward(inputs[0], projection->forward(inputs[1])));
    };
    results.push_back(forward_samples(is_training(), finest, {y, x}));
    return results;
  }

private:
  DecoderLevels levels_;
  std::shared_ptr<InputProjection> projection_;
  std::shared_ptr<Linear> output_;
};

class UniFormerSegmentation : public SegmentationNetwork {
public:
  UniFormerSegmentation(const UniFormerOptions& options, std::int64_t outputs) : channels_(options.input_channels) {
    encoder_ = register_module("encoder", std::make_shared<UniFormerEncoder>(options));
    decoder_ = register_module("decoder", std::make_shared<SegmentationDecoder>(options, outputs));
    heads_ = register_module("ms_out", std::make_shared<DeepSupervision>(options.widths[1], options.widths[0], outputs));
  }

  Segmentation forward(const Tensor& x) override {
    check_input(x, channels_, kUniFormerSizeMultiple);
    std::vector<Tensor> features = encoder_->forward(x), stages;
    for (const Tensor& feature : features) {
      stages.push_back(feature.permute({0, 2, 3, 4, 1})); // [B, C, H, W, D] -> [B, H, W, D, C]
    }
    const std::vector<Tensor> decoded = decoder_->forward(x, stages);
    Segmentation result{
        .logits = decoded[3].permute({0, 4, 1, 2, 3}).contiguous(), .deeper = {}, .quarter = {}, .features = std::move(features)};
    if (is_training()) {
      heads_->forward(decoded[1], decoded[2], result);
    }
    return result;
  }

private:
  std::int64_t channels_;
  std::shared_ptr<UniFormerEncoder> encoder_;
  std::shared_ptr<SegmentationDecoder> decoder_;
  std::shared_ptr<DeepSupervision> heads_;
};

} // namespace

std::shared_ptr<SegmentationNetwork> make_uniformer_segmentation(const UniFormerOptions& options, std::int64_t outputs) {
  return std::make_shared<UniFormerSegmentation>(options, outputs);
}

} // namespace brainmvp::nn
