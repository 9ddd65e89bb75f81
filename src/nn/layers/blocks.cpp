#include "nn/layers/blocks.h"

#include <ATen/autocast_mode.h>

#include "base/machine.h"
#include "nn/kernels/bfloat_attention.h"
#include "nn/kernels/execution.h"
#include "nn/kernels/plain.h"
#include "nn/kernels/recomputed_attention.h"
#include "nn/kernels/working_type.h"

namespace brainmvp::nn {
namespace {

using torch::Tensor;

constexpr std::int64_t kMlpRatio = 4;

class ConvolutionBlock : public Block {
public:
  explicit ConvolutionBlock(std::int64_t channels) {
    constexpr auto kKind = Linear::Kind::kPointwiseConvolution;
    position_ = register_module("pos_embed", std::make_shared<DepthwiseConvolution>(channels, 3));
    norm1_ = register_module("norm1", std::make_shared<BatchNorm>(channels));
    conv1_ = register_module("conv1", std::make_shared<Linear>(channels, channels, kKind));
    conv2_ = register_module("conv2", std::make_shared<Linear>(channels, channels, kKind));
    local_ = register_module("attn", std::make_shared<DepthwiseConvolution>(channels, 5));
    norm2_ = register_module("norm2", std::make_shared<BatchNorm>(channels));
    mlp_ = register_module("mlp", std::make_shared<Mlp>(channels, kMlpRatio * channels, kKind));
  }

  Tensor forward(const Tensor& x) override {
    const Tensor y = position_->residual(x);
    const Tensor mixed = local_->forward(token_layers(y, conv1_->layers(norm1_->norm())));
    const Tensor z = token_layers(mixed, conv2_->layers({}, y));
    return token_layers(z, mlp_->layers(norm2_->norm(), z));
  }

private:
  std::shared_ptr<DepthwiseConvolution> position_, local_;
  std::shared_ptr<BatchNorm> norm1_, norm2_;
  std::shared_ptr<Linear> conv1_, conv2_;
  std::shared_ptr<Mlp> mlp_;
};

// Multi-head self-attention over tokens.
class Attention : public torch::nn::Module {
public:
  Attention(std::int64_t channels, std::int64_t head_width) : heads_(channels / head_width) {
    qkv_ = register_module("qkv", std::make_shared<Linear>(channels, 3 * channels, Linear::Kind::kMatrix));
    projection_ = register_module("proj", std::make_shared<Linear>(channels, channels, Linear::Kind::kMatrix));
  }

  // x + attention(norm(x)); x: [B, N, C]
  Tensor forward(const Tensor& x, const Norm& norm) const {
    return token_layers(attend(token_layers(x, qkv_->layers(norm))), projection_->layers({}, x));
  }

private:
  // [B, N, 3 C] -> [B, N, C]
  [[nodiscard]] Tensor attend(const Tensor& qkv) const {
    if (!uses_plain_kernels() && has_bfloat16_attention(qkv, heads_)) {
      return bfloat_attention(qkv, heads_);
    }
    const Tensor parts = qkv.view({qkv.size(0), qkv.size(1), 3, heads_, -1}).permute({2, 0, 3, 1, 4});
    return attend(parts[0], parts[1], parts[2]).transpose(1, 2).flatten(2);
  }

  // [B, heads, N, head width] each
  static Tensor attend(const Tensor& q, const Tensor& k, const Tensor& v) {
    if (uses_plain_kernels()) {
      return plain::attend(q, k, v);
    }
    if (q.is_cpu() && q.scalar_type() == at::kBFloat16 && !processor_multiplies_bfloat16()) {
      const WithoutAutocast guard;
      const auto wide = [](const Tensor& tensor) { return tensor.to(at::kFloat); };
      return at::scaled_dot_product_attention(wide(q), wide(k), wide(v)).to(q.scalar_type());
    }
    if (q.is_cuda() && q.scalar_type() == at::kFloat) {
      return recomputed_attention(q, k, v);
    }
    return at::scaled_dot_product_attention(q, k, v);
  }

  std::int64_t heads_;
  std::shared_ptr<Linear> qkv_, projection_;
};

class AttentionBlock : public Block {
public:
  AttentionBlock(std::int64_t channels, std::int64_t head_width) {
    constexpr double kEps = 1e-6;
    position_ = register_module("pos_embed", std::make_shared<DepthwiseConvolution>(channels, 3));
    norm1_ = register_module("norm1", std::make_shared<LayerNorm>(channels, kEps));
    attention_ = register_module("attn", std::make_shared<Attention>(channels, head_width));
    norm2_ = register_module("norm2", std::make_shared<LayerNorm>(channels, kEps));
    mlp_ = register_module("mlp", std::make_shared<Mlp>(channels, kMlpRatio * channels, Linear::Kind::kMatrix));
  }

  Tensor forward(const Tensor& x) override {
    const Tensor y = position_->residual(x).flatten(1, 3); // [B, N, C]
    const Tensor z = attention_->forward(y, norm1_->norm());
    return token_layers(z, mlp_->layers(norm2_->norm(), z)).view_as(x);
  }

private:
  std::shared_ptr<DepthwiseConvolution> position_;
  std::shared_ptr<LayerNorm> norm1_, norm2_;
  std::shared_ptr<Attention> attention_;
  std::shared_ptr<Mlp> mlp_;
};

} // namespace

PatchEmbedding::PatchEmbedding(std::int64_t in, std::int64_t out) {
  projection_ = register_module("proj", std::make_shared<torch::nn::Module>());
  weight_ = projection_->register_parameter("weight", default_start({out, in, 2, 2, 2}, 8 * in));
  bias_ = projection_->register_parameter("bias", default_start({out}, 8 * in));
  norm_ = register_module("norm", std::make_shared<LayerNorm>(out, 1e-5));
}

Tensor PatchEmbedding::forward(const Tensor& x) const {
  if (uses_plain_kernels()) {
    return norm_->forward(plain::embed_patches(x, weight_, bias_));
  }
  // Kernel and stride are equal, so that each patch is a row of a matrix product.
  const Tensor patches = x.unflatten(3, {-1, 2}).unflatten(2, {-1, 2}).unflatten(1, {-1, 2}); // [B, D', 2, H', 2, W', 2, in]
  const Tensor rows = patches.permute({0, 1, 3, 5, 2, 4, 6, 7}).flatten(4);
  return norm_->forward(token_layers(rows, {.weight1 = weight_.permute({0, 2, 3, 4, 1}).flatten(1), .bias1 = bias_}));
}

std::shared_ptr<Block> make_convolution_block(std::int64_t channels) { return std::make_shared<ConvolutionBlock>(channels); }

std::shared_ptr<Block> make_attention_block(std::int64_t channels, std::int64_t head_width) {
  return std::make_shared<AttentionBlock>(channels, head_width);
}

} // namespace brainmvp::nn
