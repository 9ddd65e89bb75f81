#include "nn/kernels/block_norm.h"

#include <utility>

namespace brainmvp::nn {

BlockNorm::BlockNorm(const Norm& norm, const ChannelStatistics& statistics) : norm_(norm), statistics_(statistics) {
  if (norm.kind == Norm::Kind::kBatch) {
    const auto channels = static_cast<std::size_t>(norm.weight.size(0));
    const float* weight = norm.weight.const_data_ptr<float>();
    const float* bias = norm.bias.const_data_ptr<float>();
    const float* mean = statistics.mean.const_data_ptr<float>();
    const float* deviation = statistics.reciprocal_deviation.const_data_ptr<float>();
    for (std::size_t c = 0; c < channels; ++c) {
      scale_.push_back(weight[c] * deviation[c]);
      shift_.push_back(bias[c] - mean[c] * scale_[c]);
    }
  }
}

const float* BlockNorm::apply(const Rows& rows, const float* x, float* room) const {
  switch (norm_.kind) {
  case Norm::Kind::kNone:
    return x;
  case Norm::Kind::kBatch:
    scale_and_shift(rows, x, scale_.data(), shift_.data(), room);
    break;
  case Norm::Kind::kLayer:
    layer_norm_rows(rows, x, norm_.weight.const_data_ptr<float>(), norm_.bias.const_data_ptr<float>(),
                    static_cast<float>(norm_.epsilon), room);
    break;
  }
  return room;
}

void BlockNorm::gradient(const Rows& rows, const float* x, float* g, float* weight_gradient, float* bias_gradient) const {
  if (norm_.kind == Norm::Kind::kLayer) {
    layer_norm_gradient(rows, x, norm_.weight.const_data_ptr<float>(), static_cast<float>(norm_.epsilon), g, weight_gradient,
                        bias_gradient);
  } else if (norm_.kind == Norm::Kind::kBatch) {
    add_column_sums(rows, g, bias_gradient);
    add_column_products(rows, g, x, statistics_.mean.const_data_ptr<float>(),
                        statistics_.reciprocal_deviation.const_data_ptr<float>(), weight_gradient);
    if (!norm_.is_training) {
      const std::vector<float> none(scale_.size());
      scale_and_shift(rows, g, scale_.data(), none.data(), g);
    }
  }
}

std::vector<float> BlockNorm::finish(const float* weight_gradient, const float* bias_gradient) const {
  const std::size_t channels = scale_.size();
  const double tokens = statistics_.tokens;
  std::vector<double> sums(weight_gradient, weight_gradient + channels);
  sums.insert(sums.end(), bias_gradient, bias_gradient + channels);
  if (norm_.share.group != nullptr) {
    sums = norm_.share.group->sum(std::move(sums));
    if (norm_.share.here == 0) { // its tokens are in no statistics
      return std::vector<float>(3 * channels);
    }
  }
  const float* mean = statistics_.mean.const_data_ptr<float>();
  const float* deviation = statistics_.reciprocal_deviation.const_data_ptr<float>();
  std::vector<float> factors(3 * channels);
  for (std::size_t c = 0; c < channels; ++c) {
    const double slope = -scale_[c] * deviation[c] * (sums[c] / tokens);
    factors[c] = scale_[c];
    factors[channels + c] = static_cast<float>(slope);
    factors[2 * channels + c] = static_cast<float>(-scale_[c] * (sums[channels + c] / tokens) - slope * mean[c]);
  }
  return factors;
}

void save_norm(torch::autograd::AutogradContext& context, const Norm& norm, const ChannelStatistics& statistics) {
  context.saved_data["kind"] = static_cast<std::int64_t>(norm.kind);
  context.saved_data["epsilon"] = norm.epsilon;
  context.saved_data["is_training"] = norm.is_training;
  context.saved_data["group"] = reinterpret_cast<std::int64_t>(norm.share.group);
  context.saved_data["here"] = norm.share.here;
  context.saved_data["tokens"] = statistics.tokens;
}

Norm saved_norm(torch::autograd::AutogradContext& context, const torch::Tensor& weight, const torch::Tensor& bias) {
  return {.kind = static_cast<Norm::Kind>(context.saved_data["kind"].toInt()),
          .epsilon = context.saved_data["epsilon"].toDouble(),
          .weight = weight,
          .bias = bias,
          .is_training = context.saved_data["is_training"].toBool(),
          .share = {.group = reinterpret_cast<const parallel::Group*>(context.saved_data["group"].toInt()),
                    .here = context.saved_data["here"].toInt()}};
}

ChannelStatistics saved_statistics(torch::autograd::AutogradContext& context, const torch::Tensor& mean,
                                   const torch::Tensor& reciprocal_deviation) {
  return {.mean = mean, .reciprocal_deviation = reciprocal_deviation, .tokens = context.saved_data["tokens"].toDouble()};
}

} // namespace brainmvp::nn
