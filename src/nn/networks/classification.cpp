#include "nn/networks/classification.h"

#include "base/error.h"
#include "nn/layers/layers.h"
#include "nn/layers/size_check.h"
#include "nn/networks/backbones.h"
#include "runtime/ordered_sums.h"

namespace brainmvp::nn {
namespace {

using torch::Tensor;

class PooledClassification : public ClassificationNetwork {
public:
  PooledClassification(const Backbone& row, std::int64_t channels, std::int64_t classes, double dropout)
      : channels_(channels), size_multiple_(row.size_multiple), dropout_(dropout) {
    encoder_ = register_module("encoder", row.encoder(channels));
    head_ = register_module("head", std::make_shared<Linear>(row.widths.back(), classes, Linear::Kind::kMatrix));
  }

  Tensor forward(const Tensor& x) override {
    check_input(x, channels_, size_multiple_);
    const Tensor pooled = ordered_row_means(encoder_->forward(x).back().flatten(2)); // [B, width]
    return head_->forward(at::dropout(pooled, dropout_, is_training()));
  }

private:
  std::shared_ptr<Encoder> encoder_;
  std::int64_t channels_;
  int size_multiple_;
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
  return std::make_shared<PooledClassification>(backbone(name), channels, classes, dropout);
}

} // namespace brainmvp::nn
