#include "nn/networks/initialisation.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "nn/networks/network.h"
#include "nn/networks/segmentation.h"
#include "support/support.h"

namespace brainmvp::nn {
namespace {

using Tensors = std::map<std::string, torch::Tensor>;

Tensors tensors_of(torch::nn::Module& network, Initialisation start) {
  initialise(network, start);
  const auto all = state_tensors(network);
  return {all.begin(), all.end()};
}

Tensors reconstruction(const std::string& name, Initialisation start) {
  torch::manual_seed(7);
  return tensors_of(*make_network(name), start);
}

// Within four standard errors of a normal's deviation.
void expect_deviation(const torch::Tensor& weight, double expected, const std::string& name) {
  const double allowed = 4 * expected / std::sqrt(2.0 * static_cast<double>(weight.numel()));
  EXPECT_NEAR(weight.std().item<double>(), expected, allowed) << name;
}

// Deviations that the public code draws: sqrt(2 / fan-out) in convolutions whatever their groups, 1 / sqrt(3 inputs) in linear
// layers.
TEST(Initialisation, PublicHasTheDeviationsOfThePublicCode) {
  const std::map<std::string, double> expected{
      {"encoder.uniformer.patch_embed1.proj.weight", 0.0625},    {"encoder.uniformer.patch_embed2.proj.weight", 0.0442},
      {"encoder.uniformer.patch_embed3.proj.weight", 0.0280},    {"encoder.uniformer.patch_embed4.proj.weight", 0.0221},
      {"encoder.uniformer.blocks1.0.pos_embed.weight", 0.03402}, {"encoder.uniformer.blocks2.0.pos_embed.weight", 0.02406},
      {"encoder.uniformer.blocks3.0.pos_embed.weight", 0.01521}, {"encoder.uniformer.blocks4.0.pos_embed.weight", 0.01203},
      {"encoder.uniformer.blocks1.0.attn.weight", 0.01581},      {"encoder.uniformer.blocks2.0.attn.weight", 0.01118},
      {"encoder.uniformer.blocks1.0.conv1.weight", 0.1768},      {"encoder.uniformer.blocks1.0.mlp.fc1.weight", 0.0884},
      {"encoder.uniformer.blocks1.0.mlp.fc2.weight", 0.1768},    {"encoder.uniformer.blocks2.0.mlp.fc1.weight", 0.0625},
      {"encoder.uniformer.blocks2.0.mlp.fc2.weight", 0.1250},    {"encoder.uniformer.blocks3.0.attn.qkv.weight", 0.03227},
      {"encoder.uniformer.blocks4.0.attn.qkv.weight", 0.0255},   {"encoder.uniformer.blocks3.0.mlp.fc2.weight", 0.01614},
      {"encoder.uniformer.blocks4.0.mlp.fc2.weight", 0.01276},   {"decoder.out_1.conv.conv.weight", 1.4142}};
  const Tensors drawn = reconstruction("uniformer_small", Initialisation::kPublic);
  for (const auto& [name, deviation] : expected) {
    ASSERT_TRUE(drawn.contains(name)) << name;
    expect_deviation(drawn.at(name), deviation, name);
  }
}

TEST(Initialisation, PublicHasZeroBiasesInConvolutionsOnly) {
  const Tensors drawn = reconstruction("uniformer_small", Initialisation::kPublic);
  for (const char* name : {"encoder.uniformer.patch_embed1.proj.bias", "encoder.uniformer.blocks1.0.pos_embed.bias",
                           "encoder.uniformer.blocks1.0.mlp.fc1.bias", "decoder.out_1.conv.conv.bias"}) {
    EXPECT_EQ(drawn.at(name).abs().max().item<double>(), 0) << name;
  }
  const torch::Tensor linear = drawn.at("encoder.uniformer.blocks3.0.mlp.fc1.bias"); // 320 inputs
  EXPECT_NEAR(linear.abs().max().item<double>(), 1 / std::sqrt(320.0), 1e-3);
}

// Transposed convolutions, the heads of deep supervision and the whole UNet stay as PyTorch draws them.
TEST(Initialisation, PublicLeavesWhatThePublicCodeDoesNotVisit) {
  const Tensors drawn = reconstruction("uniformer_small", Initialisation::kPublic);
  const torch::Tensor transposed = drawn.at("decoder.decoder5.transp_conv.conv.weight"); // 320 outputs of 2^3
  EXPECT_NEAR(transposed.abs().max().item<double>(), 1 / std::sqrt(8 * 320.0), 1e-5);
  const auto segmentation = make_segmentation_network("uniformer_small", 4, 3);
  const torch::Tensor head = tensors_of(*segmentation, Initialisation::kPublic).at("ms_out.0.weight"); // 128 inputs
  EXPECT_LE(head.abs().max().item<double>(), 1 / std::sqrt(128.0));
  EXPECT_GT(head.abs().max().item<double>(), 0.9 / std::sqrt(128.0));
  const Tensors unet = reconstruction("unet", Initialisation::kPublic);
  for (const auto& [name, tensor] : reconstruction("unet", Initialisation::kPyTorch)) {
    EXPECT_TRUE(unet.at(name).equal(tensor)) << name;
  }
}

// nnU-Net's: sqrt(2 / (1.0001 fan-in)) and zero biases in all convolutions; residual blocks begin as their skip.
TEST(Initialisation, PublicOfTheResidualEncoderIsNnunets) {
  torch::manual_seed(7);
  const auto network = make_segmentation_network("resenc_s", 4, 3);
  const Tensors drawn = tensors_of(*network, Initialisation::kPublic);
  const std::map<std::string, double> expected{{"encoder.stem.convs.0.conv.weight", std::sqrt(2.0 / (4 * 27))},
                                               {"encoder.stages.1.blocks.0.conv1.conv.weight", std::sqrt(2.0 / (16 * 27))},
                                               {"encoder.stages.1.blocks.0.skip.1.conv.weight", std::sqrt(2.0 / 16)},
                                               {"decoder.transpconvs.0.weight", std::sqrt(2.0 / (128 * 8))},
                                               {"decoder.stages.3.convs.0.conv.weight", std::sqrt(2.0 / (32 * 27))}};
  for (const auto& [name, deviation] : expected) {
    ASSERT_TRUE(drawn.contains(name)) << name;
    expect_deviation(drawn.at(name), deviation, name);
  }
  for (const char* zero : {"encoder.stages.1.blocks.0.conv2.norm.weight", "encoder.stem.convs.0.conv.bias",
                           "decoder.transpconvs.0.bias", "decoder.seg_layers.3.bias"}) {
    EXPECT_EQ(drawn.at(zero).abs().max().item<double>(), 0) << zero;
  }
  EXPECT_EQ(drawn.at("encoder.stages.1.blocks.0.conv1.norm.weight").min().item<double>(), 1);
}

TEST(Initialisation, PublicLeavesMednextAsPyTorchDrawsIt) {
  const Tensors drawn = reconstruction("mednext_s", Initialisation::kPublic);
  for (const auto& [name, tensor] : reconstruction("mednext_s", Initialisation::kPyTorch)) {
    EXPECT_TRUE(drawn.at(name).equal(tensor) || name.starts_with("reconstruction.")) << name;
  }
}

TEST(Initialisation, PyTorchIsUniformByFanIn) {
  const Tensors drawn = reconstruction("uniformer_tiny", Initialisation::kPyTorch);
  const torch::Tensor depthwise = drawn.at("encoder.uniformer.blocks1.0.attn.weight"); // 5^3 inputs
  EXPECT_NEAR(depthwise.abs().max().item<double>(), 1 / std::sqrt(125.0), 1e-3);
  const torch::Tensor linear = drawn.at("encoder.uniformer.blocks3.0.attn.qkv.weight"); // 128 inputs
  EXPECT_NEAR(linear.abs().max().item<double>(), 1 / std::sqrt(128.0), 1e-3);
}

TEST(Initialisation, TheSameSeedGivesTheSameWeights) {
  for (const Initialisation start : {Initialisation::kPublic, Initialisation::kPyTorch}) {
    const Tensors first = reconstruction("uniformer_tiny", start);
    for (const auto& [name, tensor] : reconstruction("uniformer_tiny", start)) {
      EXPECT_TRUE(first.at(name).equal(tensor)) << name;
    }
  }
}

} // namespace
} // namespace brainmvp::nn
