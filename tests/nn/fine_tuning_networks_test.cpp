// Properties that the networks of fine-tuning share, whatever their backbone.
#include <ATen/autocast_mode.h>
#include <torch/autograd.h>

#include <set>

#include "base/error.h"
#include "nn/kernels/execution.h"
#include "nn/networks/classification.h"
#include "nn/networks/network.h"
#include "nn/networks/segmentation.h"
#include "support/support.h"

namespace brainmvp::nn {
namespace {

class FineTuning : public testing::TestWithParam<std::string> {
protected:
  static std::shared_ptr<SegmentationNetwork> segmentation(std::int64_t channels, std::int64_t outputs) {
    torch::manual_seed(3);
    return make_segmentation_network(GetParam(), channels, outputs);
  }
  static std::shared_ptr<ClassificationNetwork> classification(double dropout = 0) {
    torch::manual_seed(3);
    return make_classification_network(GetParam(), 2, 3, dropout);
  }
};

TEST_P(FineTuning, SegmentationKeepsTheSizeOfAnUnevenBox) {
  const torch::NoGradGuard no_gradient;
  const Segmentation result = segmentation(3, 2)->forward(torch::rand({2, 3, 16, 16, 32}));
  const std::vector<std::int64_t> size{2, 2, 16, 16, 32};
  EXPECT_EQ(result.logits.sizes().vec(), size);
  ASSERT_EQ(result.deeper.size(), 2U);
  EXPECT_EQ(result.deeper[0].sizes().vec(), size);
  EXPECT_EQ(result.deeper[1].sizes().vec(), size);
  EXPECT_EQ(result.quarter.sizes(), torch::IntArrayRef({2, 2, 4, 4, 8}));
}

TEST_P(FineTuning, SamplesOfABatchDoNotMixInEvaluation) {
  const torch::NoGradGuard no_gradient;
  const auto network = segmentation(1, 2);
  network->eval();
  const torch::Tensor x = torch::rand({2, 1, 16, 16, 32});
  const torch::Tensor alone = network->forward(x.narrow(0, 1, 1)).logits;
  EXPECT_TRUE(at::allclose(network->forward(x).logits.narrow(0, 1, 1), alone, 1e-4, 1e-5));
}

TEST_P(FineTuning, EveryTensorOfTheSegmentationGetsAGradient) {
  const auto network = segmentation(2, 3);
  const Segmentation result = network->forward(torch::rand({1, 2, 32, 16, 32}));
  (result.logits.square().mean() + result.deeper[0].square().mean() + result.deeper[1].square().mean()).backward();
  for (const auto& parameter : network->named_parameters()) {
    ASSERT_TRUE(parameter.value().grad().defined()) << parameter.key();
    EXPECT_GT(parameter.value().grad().abs().max().item<double>(), 0) << parameter.key();
  }
}

TEST_P(FineTuning, ClassificationIsTheHeadOfThePooledFeature) {
  const torch::NoGradGuard no_gradient;
  const auto network = classification();
  network->eval();
  const torch::Tensor x = torch::rand({2, 2, 16, 32, 16});
  const torch::Tensor logits = network->forward(x);
  EXPECT_EQ(logits.sizes(), torch::IntArrayRef({2, 3}));
  auto parameters = network->named_parameters();
  // Logits are linear in the head: with twice the weight and no bias they are twice those without bias.
  const torch::Tensor linear = logits - parameters["head.bias"];
  parameters["head.weight"].mul_(2);
  parameters["head.bias"].zero_();
  EXPECT_TRUE(at::allclose(network->forward(x), 2 * linear, 1e-4, 1e-6));
  EXPECT_GT(linear.abs().max().item<double>(), 0);
}

TEST_P(FineTuning, DropoutIsOfTrainingOnly) {
  const torch::NoGradGuard no_gradient;
  const auto network = classification(0.5);
  const torch::Tensor x = torch::rand({2, 2, 16, 16, 32});
  EXPECT_FALSE(at::equal(network->forward(x), network->forward(x)));
  network->eval();
  EXPECT_TRUE(at::equal(network->forward(x), network->forward(x)));
}

TEST_P(FineTuning, RefusesOtherSizesAndChannels) {
  const auto segmenter = segmentation(2, 3);
  const auto classifier = classification();
  const std::vector<std::vector<std::int64_t>> shapes{{1, 2, 32, 36, 32}, {1, 1, 32, 32, 32}, {2, 32, 32, 32}};
  for (const auto& shape : shapes) {
    EXPECT_THROW(segmenter->forward(torch::zeros(shape)), Error);
    EXPECT_THROW(classifier->forward(torch::zeros(shape)), Error);
  }
}

// Names of the encoder are those of pre-training, with "encoder." as the only prefix.
TEST_P(FineTuning, EncodersCarryTheNamesOfPretraining) {
  std::set<std::string> pretrained;
  for (const auto& [name, tensor] : state_tensors(*make_network(GetParam()))) {
    const std::string prefix = "encoder.uniformer.";
    pretrained.insert("encoder." + (name.starts_with(prefix) ? name.substr(prefix.size()) : name));
  }
  for (const auto& state : {state_tensors(*segmentation(2, 3)), state_tensors(*classification())}) {
    std::size_t count = 0;
    for (const auto& [name, tensor] : state) {
      if (name.starts_with("encoder.")) {
        EXPECT_TRUE(pretrained.contains(name)) << name;
        ++count;
      }
    }
    EXPECT_GT(count, 50U);
  }
}

INSTANTIATE_TEST_SUITE_P(Both, FineTuning, testing::Values("uniformer_tiny", "unet"),
                         [](const auto& parameter) { return parameter.param; });

// Small, since processors without bfloat16 take seconds for its convolutions.
TEST(SegmentationUniFormer, RunsInBfloat16UnderAutocast) {
  const torch::NoGradGuard no_gradient;
  torch::manual_seed(3);
  const auto network = make_segmentation_network("uniformer_tiny", 2, 3);
  network->eval();
  const torch::Tensor x = torch::rand({1, 2, 16, 16, 16});
  const torch::Tensor exact = network->forward(x).logits;
  at::autocast::set_autocast_enabled(at::kCPU, true);
  const torch::Tensor half = network->forward(x).logits;
  at::autocast::set_autocast_enabled(at::kCPU, false);
  at::autocast::clear_cache();
  EXPECT_EQ(half.scalar_type(), torch::kBFloat16);
  EXPECT_LT((half.to(torch::kFloat) - exact).norm().item<double>(), 0.05 * exact.norm().item<double>());
}

TEST(FineTuningNames, UnknownOnesAndEmptyWidthsAreRefused) {
  EXPECT_THROW(make_segmentation_network("uniformer", 1, 1), Error);
  EXPECT_THROW(make_classification_network("resnet", 1, 2), Error);
  EXPECT_THROW(make_segmentation_network("unet", 0, 1), Error);
  EXPECT_THROW(make_segmentation_network("unet", 1, 0), Error);
  EXPECT_THROW(make_classification_network("unet", 1, 2, 1.0), Error);
}

TEST(SegmentationUniFormer, TwoSamplesHaveTheGradientsOfAten) {
  const auto gradients_with = [](Kernels kernels) {
    const ExecutionScope scope({.kernels = kernels});
    torch::manual_seed(17);
    const auto network = make_segmentation_network("uniformer_tiny", 2, 3);
    const Segmentation output = network->forward(torch::rand({2, 2, 32, 16, 32}));
    at::Tensor loss = output.logits.square().mean();
    for (const at::Tensor& head : output.deeper) {
      loss = loss + head.square().mean();
    }
    loss.backward();
    return network;
  };
  const auto ours = gradients_with(Kernels::kFused);
  const auto aten = gradients_with(Kernels::kAten);
  const auto expected = aten->named_parameters();
  for (const auto& parameter : ours->named_parameters()) {
    const double norm = expected[parameter.key()].grad().norm().item<double>();
    EXPECT_LT((parameter.value().grad() - expected[parameter.key()].grad()).norm().item<double>(), 1e-3 * norm + 1e-8)
        << parameter.key();
  }
}

} // namespace
} // namespace brainmvp::nn
