#include "nn/classification.h"

#include <functional>

#include "base/error.h"
#include "nn/backbones.h"
#include "nn/layers.h"
#include "nn/size_check.h"
#include "nn/unet.h"
#include "nn/uniformer.h"

namespace brainmvp::nn {
namespace {

using torch::Tensor;

// An encoder as classification sees it.
struct Trunk {
  std::shared_ptr<torch::nn::Module> module;
  std::function<Tensor(const Tensor&)> last_feature; // [B, C, H, W, D] -> [B, width, ..], the three axes in any order
  std::int64_t width = 0;
  int size_multiple = 0;
};

Trunk make_trunk(const std::string& name, std::int64_t channels) {
  if (const std::optional<UniFormerOptions> options = uniformer_options(name, channels)) {
    const auto encoder = std::make_shared<UniFormerEncoder>(*options);
    return {.module = encoder,
            .last_feature = [encoder](const Tensor& x) { return encoder->forward(x).back(); },
            .width = options->widths.back(),
            .size_multiple = kUniFormerSizeMultiple};
  }
  const auto encoder = std::make_shared<UNetEncoder>(channels);
  return {.module = encoder,
          .last_feature = [encoder](const Tensor& x) { return encoder->forward(x).levels.back(); },
          .width = 8 * kUNetWidth,
          .size_multiple = kUNetSizeMultiple};
}

class PooledClassification : public ClassificationNetwork {
public:
  PooledClassification(Trunk trunk, std::int64_t channels, std::int64_t classes, double dropout)
      : trunk_(std::move(trunk)), channels_(channels), dropout_(dropout) {
    register_module("encoder", trunk_.module);
    head_ = register_module("head", std::make_shared<Linear>(trunk_.width, classes, Linear::Kind::kMatrix));
  }

  Tensor forward(const Tensor& x) override {
    check_input(x, channels_, size_multiple());
    const Tensor pooled = trunk_.last_feature(x).mean({2, 3, 4}); // [B, width]
    return head_->forward(at::dropout(pooled, dropout_, is_training()));
  }

  [[nodiscard]] int size_multiple() const override { return trunk_.size_multiple; }

private:
  Trunk trunk_;
  std::int64_t channels_;
  double dropout_;
  std::shared_ptr<Linear> head_;
};

} // namespace

std::shared_ptr<ClassificationNetwork> make_classification_network(const std::string& name, std::int64_t channels,
                                                                   std::int64_t classes, double dropout) {
  check_widths(channels, classes);
  if (!(dropout >= 0 && dropout < 1)) {
    throw Error(ExitCode::kUsage, "dropout: expected a rate from 0 to below 1, found " + std::to_string(dropout));
  }
  return std::make_shared<PooledClassification>(make_trunk(name, channels), channels, classes, dropout);
}

} // namespace brainmvp::nn
