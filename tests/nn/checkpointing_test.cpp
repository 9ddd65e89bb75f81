#include "nn/layers/checkpointing.h"

#include <ATen/autocast_mode.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "nn/kernels/execution.h"
#include "nn/networks/network.h"
#include "nn/networks/segmentation.h"

namespace brainmvp::nn {
namespace {

using torch::Tensor;

// A training pass of the tiny network; `bf16` under autocast.
std::shared_ptr<ReconstructionNetwork> trained_once(const Execution& execution, bool bf16) {
  torch::manual_seed(11);
  const auto network = make_network("uniformer_tiny");
  const Tensor x = torch::rand({2, 1, 32, 16, 32});
  const ExecutionScope scope(execution);
  at::autocast::set_autocast_enabled(at::kCPU, bf16);
  const Tensor image = network->forward(x).image;
  at::autocast::set_autocast_enabled(at::kCPU, false);
  image.to(torch::kFloat).square().mean().backward();
  return network;
}

class Checkpointing : public testing::TestWithParam<bool> {};

TEST_P(Checkpointing, ChangesNeitherGradientsNorRunningStatistics) {
  const auto plain = trained_once({}, GetParam());
  const auto saving = trained_once({.checkpoints_activations = true}, GetParam());
  const auto expected = plain->named_parameters();
  for (const auto& parameter : saving->named_parameters()) {
    const Tensor& gradient = expected[parameter.key()].grad();
    ASSERT_EQ(gradient.defined(), parameter.value().grad().defined()) << parameter.key();
    EXPECT_TRUE(!gradient.defined() || at::equal(parameter.value().grad(), gradient)) << parameter.key();
  }
  const auto buffers = plain->named_buffers();
  for (const auto& buffer : saving->named_buffers()) {
    EXPECT_TRUE(at::equal(buffer.value(), buffers[buffer.key()])) << buffer.key();
  }
}

INSTANTIATE_TEST_SUITE_P(Precisions, Checkpointing, testing::Bool(),
                         [](const auto& parameter) { return parameter.param ? "bf16" : "fp32"; });

// Gradients of a training pass of a segmentation network over `samples`, by name.
torch::OrderedDict<std::string, Tensor> segmentation_gradients(const std::string& name, std::int64_t samples, bool checkpoints) {
  torch::manual_seed(12);
  const auto network = make_segmentation_network(name, 2, 3);
  const Tensor x = torch::rand({samples, 2, 32, 32, 32});
  const ExecutionScope scope({.checkpoints_activations = checkpoints});
  const Segmentation result = network->forward(x);
  (result.logits.square().mean() + result.deeper[0].square().mean() + result.deeper[1].square().mean()).backward();
  torch::OrderedDict<std::string, Tensor> gradients;
  for (const auto& parameter : network->named_parameters()) {
    gradients.insert(parameter.key(), parameter.value().grad());
  }
  return gradients;
}

class CheckpointedSegmentation : public testing::TestWithParam<std::string> {};

TEST_P(CheckpointedSegmentation, HasTheSameGradients) {
  for (const std::int64_t samples : {1, 2}) {
    const auto expected = segmentation_gradients(GetParam(), samples, false);
    for (const auto& gradient : segmentation_gradients(GetParam(), samples, true)) {
      const Tensor& plain = expected[gradient.key()];
      ASSERT_EQ(gradient.value().defined(), plain.defined()) << gradient.key();
      if (!plain.defined()) {
        continue;
      }
      EXPECT_LE((gradient.value() - plain).norm().item<double>(), 1e-5 * plain.norm().item<double>() + 1e-7) << gradient.key();
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Networks, CheckpointedSegmentation, testing::Values("uniformer_tiny", "unet", "resenc_s", "mednext_s"),
                         [](const auto& parameter) { return parameter.param; });

TEST(Checkpointing, ComputesTheFunctionAgainInTheBackwardPassOnly) {
  int calls = 0;
  int repetitions = 0;
  const Tensor weight = torch::rand({3}).requires_grad_();
  const Tensor x = torch::rand({3}).requires_grad_();
  const Tensor y = checkpointed(
      [&](const std::vector<Tensor>& inputs) {
        ++calls;
        repetitions += is_recomputing() ? 1 : 0;
        return inputs[0] * weight;
      },
      {x});
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(repetitions, 0);
  y.sum().backward();
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(repetitions, 1);
  EXPECT_TRUE(at::equal(x.grad(), weight.detach()));
  EXPECT_TRUE(at::equal(weight.grad(), x.detach()));
}

TEST(Execution, NamesOfKernels) {
  EXPECT_EQ(kernels_named("fused"), Kernels::kFused);
  EXPECT_EQ(kernels_named("aten"), Kernels::kAten);
  EXPECT_THROW(kernels_named("onednn"), Error);
}

TEST(Execution, HoldsWithinItsScope) {
  {
    const ExecutionScope scope({.kernels = Kernels::kAten});
    EXPECT_TRUE(uses_plain_kernels());
  }
  EXPECT_FALSE(uses_plain_kernels());
}

} // namespace
} // namespace brainmvp::nn
