#include <algorithm>

#include "nn/layers/checkpointing.h"
#include "nn/layers/nnunet_layers.h"
#include "nn/layers/size_check.h"
#include "nn/networks/generic_networks.h"

namespace brainmvp::nn {
namespace {

using torch::Tensor;

// From one level to the next finer one. The finest of a backbone that begins below full resolution has no feature beside it.
struct DecoderStage {
  std::shared_ptr<TransposedConvolution> up;
  std::shared_ptr<StackedConvolutions> merge;
  std::shared_ptr<OutputConvolution> head;
  std::int64_t stride = 1; // of what it gives, against the image
};

class GenericSegmentation : public SegmentationNetwork {
public:
  GenericSegmentation(const Backbone& row, std::int64_t channels, std::int64_t outputs)
      : channels_(channels), size_multiple_(row.size_multiple) {
    encoder_ = register_module("encoder", row.encoder(channels));
    const auto decoder = register_module("decoder", std::make_shared<torch::nn::Module>());
    for (const char* name : {"stages", "transpconvs", "seg_layers"}) {
      decoder->register_module(name, std::make_shared<torch::nn::Module>());
    }
    std::int64_t stride = row.size_multiple;
    for (std::size_t level = row.widths.size() - 1; level > 0; --level) {
      stride /= 2;
      add_stage(*decoder, {row.widths[level], row.widths[level - 1]}, 2 * row.widths[level - 1], outputs, 2, stride);
    }
    if (stride > 1) {
      add_stage(*decoder, {row.widths[0], row.widths[0]}, row.widths[0], outputs, stride, 1);
    }
  }

  Segmentation forward(const Tensor& x) override {
    check_input(x, channels_, size_multiple_);
    const std::vector<Tensor> features = encoder_->forward(x);
    Segmentation result{.logits = {}, .deeper = {}, .quarter = {}, .features = features};
    Tensor y = features.back(), half;
    for (std::size_t i = 0; i < stages_.size(); ++i) {
      const DecoderStage& stage = stages_[i];
      const auto merged = [up = stage.up, merge = stage.merge](const std::vector<Tensor>& inputs) {
        const Tensor upsampled = up->forward(inputs[0]);
        return merge->forward(inputs.size() > 1 ? at::cat({upsampled, inputs[1]}, 1) : upsampled);
      };
      y = forward_samples(stage.merge->is_training(), merged,
                          i + 1 < features.size() ? std::vector<Tensor>{y, features[features.size() - 2 - i]}
                                                  : std::vector<Tensor>{y});
      if (is_training() && stage.stride == 4) {
        result.quarter = stage.head->forward(y);
      } else if (is_training() && stage.stride == 2) {
        half = stage.head->forward(y);
      }
    }
    result.logits = stages_.back().head->forward(y);
    if (is_training()) {
      supervise_deeper(result, half);
    }
    return result;
  }

private:
  struct Widths {
    std::int64_t in, out;
  };

  void add_stage(torch::nn::Module& decoder, const Widths& widths, std::int64_t merged, std::int64_t outputs, std::int64_t factor,
                 std::int64_t stride) {
    const std::string number = std::to_string(stages_.size());
    const auto list = [&](const char* name) { return decoder.named_children()[name]; };
    stages_.push_back(
        {.up =
             list("transpconvs")->register_module(number, std::make_shared<TransposedConvolution>(widths.in, widths.out, factor)),
         .merge = list("stages")->register_module(number, std::make_shared<StackedConvolutions>(merged, widths.out, 1)),
         .head = list("seg_layers")->register_module(number, std::make_shared<OutputConvolution>(widths.out, outputs)),
         .stride = stride});
  }

  std::int64_t channels_;
  int size_multiple_;
  std::shared_ptr<Encoder> encoder_;
  std::vector<DecoderStage> stages_; // deepest first
};

} // namespace

std::shared_ptr<SegmentationNetwork> make_generic_segmentation(const Backbone& backbone, std::int64_t channels,
                                                               std::int64_t outputs) {
  return std::make_shared<GenericSegmentation>(backbone, channels, outputs);
}

} // namespace brainmvp::nn
