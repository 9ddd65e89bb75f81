#include "nn/unet.h"

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "nn/layers.h"
#include "nn/size_check.h"

namespace brainmvp::nn {
namespace {

using torch::Tensor;

// Activations here are [B, C, H, W, D], contiguous: ATen's group norm is 30 times less exact in channels-last.
class Convolution : public torch::nn::Module {
public:
  Convolution(std::int64_t in, std::int64_t out, std::int64_t kernel, std::int64_t stride = 1)
      : stride_(stride), padding_(kernel / 2) {
    const std::int64_t fan_in = in * kernel * kernel * kernel;
    weight_ = register_parameter("weight", convolution_start({out, in, kernel, kernel, kernel}, fan_in));
    bias_ = register_parameter("bias", convolution_start({out}, fan_in));
  }

  Tensor forward(const Tensor& x) const { return at::conv3d(x, weight_, bias_, stride_, padding_); }

private:
  std::int64_t stride_, padding_;
  Tensor weight_, bias_;
};

class GroupNorm : public torch::nn::Module {
public:
  explicit GroupNorm(std::int64_t channels) {
    weight_ = register_parameter("weight", torch::ones({channels}));
    bias_ = register_parameter("bias", torch::zeros({channels}));
  }

  Tensor forward(const Tensor& x) const {
    constexpr std::int64_t kGroups = 8;
    return at::group_norm(x, kGroups, weight_, bias_, 1e-5);
  }

private:
  Tensor weight_, bias_;
};

// x + (norm, ReLU, 3^3 convolution) twice.
class ResidualBlock : public torch::nn::Module {
public:
  explicit ResidualBlock(std::int64_t channels) {
    norm1_ = register_module("gn1", std::make_shared<GroupNorm>(channels));
    conv1_ = register_module("conv1", std::make_shared<Convolution>(channels, channels, 3));
    norm2_ = register_module("gn2", std::make_shared<GroupNorm>(channels));
    conv2_ = register_module("conv2", std::make_shared<Convolution>(channels, channels, 3));
  }

  Tensor forward(const Tensor& x) const {
    const Tensor y = conv1_->forward(norm1_->forward(x).relu());
    return x + conv2_->forward(norm2_->forward(y).relu());
  }

private:
  std::shared_ptr<GroupNorm> norm1_, norm2_;
  std::shared_ptr<Convolution> conv1_, conv2_;
};

class UNet : public ReconstructionNetwork {
public:
  UNet() {
    for (std::int64_t level = 0; level < 4; ++level) {
      const std::int64_t width = kWidth << level;
      const std::string number = std::to_string(level + 1);
      if (level == 0) {
        stem_ = convolution("conv1a", 1, width, 3);
      } else {
        downs_.push_back(convolution("ds" + std::to_string(level), width / 2, width, 3, 2));
      }
      auto& blocks = encoder_.emplace_back();
      for (const char letter : kLetters[static_cast<std::size_t>(level)]) {
        blocks.push_back(register_module("conv" + number + letter, std::make_shared<ResidualBlock>(width)));
      }
    }
    for (std::int64_t level = 3; level > 0; --level) {
      const std::int64_t width = kWidth << level;
      const std::string name = "up" + std::to_string(level + 1) + "conv";
      ups_.push_back(convolution(name + "a", width, width / 2, 1));
      decoder_.push_back(register_module(name + "b", std::make_shared<ResidualBlock>(width / 2)));
    }
    output_ = convolution("up1conv", kWidth, 1, 1);
  }

  Reconstruction forward(const Tensor& x) override {
    check_input(x, 1, size_multiple());
    Reconstruction result;
    Tensor y = stem_->forward(x.contiguous());
    for (std::size_t level = 0; level < encoder_.size(); ++level) {
      if (level > 0) {
        y = downs_[level - 1]->forward(y);
        result.features.push_back(y);
      }
      for (const auto& block : encoder_[level]) {
        y = block->forward(y);
      }
    }
    result.features.push_back(y);
    for (std::size_t i = 0; i < ups_.size(); ++i) {
      y = ups_[i]->forward(y);
      y = at::upsample_nearest3d(y, {2 * y.size(2), 2 * y.size(3), 2 * y.size(4)});
      y = decoder_[i]->forward(y);
    }
    result.image = output_->forward(y);
    return result;
  }

  [[nodiscard]] int size_multiple() const override { return 8; }

private:
  static constexpr std::int64_t kWidth = 32;
  static constexpr std::array<std::string_view, 4> kLetters{"b", "ab", "ab", "abcd"}; // residual blocks of each level

  std::shared_ptr<Convolution> convolution(const std::string& name, std::int64_t in, std::int64_t out, std::int64_t kernel,
                                           std::int64_t stride = 1) {
    return register_module(name, std::make_shared<Convolution>(in, out, kernel, stride));
  }

  std::shared_ptr<Convolution> stem_, output_;
  std::vector<std::shared_ptr<Convolution>> downs_, ups_;
  std::vector<std::vector<std::shared_ptr<ResidualBlock>>> encoder_;
  std::vector<std::shared_ptr<ResidualBlock>> decoder_; // deepest first
};

} // namespace

std::shared_ptr<ReconstructionNetwork> make_unet() { return std::make_shared<UNet>(); }

} // namespace brainmvp::nn
