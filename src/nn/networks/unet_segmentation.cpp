#include "nn/networks/unet_segmentation.h"

#include "nn/layers/deep_supervision.h"
#include "nn/layers/size_check.h"
#include "nn/networks/unet.h"

namespace brainmvp::nn {
namespace {

using torch::Tensor;

class UNetSegmentation : public SegmentationNetwork {
public:
  UNetSegmentation(std::int64_t channels, std::int64_t outputs) : channels_(channels) {
    encoder_ = register_module("encoder", std::make_shared<UNetEncoder>(channels));
    decoder_ = register_module("decoder", std::make_shared<UNetDecoder>(outputs));
    heads_ = register_module("ms_out", std::make_shared<DeepSupervision>(4 * kUNetWidth, 2 * kUNetWidth, outputs));
  }

  Segmentation forward(const Tensor& x) override {
    check_input(x, channels_, kUNetSizeMultiple);
    const std::vector<Tensor> levels = encoder_->forward(x);
    const std::vector<Tensor> decoded = decoder_->forward(levels.back(), levels);
    Segmentation result{.logits = decoder_->output(decoded[2]), .deeper = {}, .quarter = {}, .features = levels};
    if (is_training()) {
      heads_->forward(decoded[0].permute({0, 2, 3, 4, 1}), decoded[1].permute({0, 2, 3, 4, 1}), result);
    }
    return result;
  }

private:
  std::int64_t channels_;
  std::shared_ptr<UNetEncoder> encoder_;
  std::shared_ptr<UNetDecoder> decoder_;
  std::shared_ptr<DeepSupervision> heads_;
};

} // namespace

std::shared_ptr<SegmentationNetwork> make_unet_segmentation(std::int64_t channels, std::int64_t outputs) {
  return std::make_shared<UNetSegmentation>(channels, outputs);
}

} // namespace brainmvp::nn
