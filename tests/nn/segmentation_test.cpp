#include "nn/networks/segmentation.h"

#include <torch/autograd.h>

#include "base/error.h"
#include "nn/kernels/execution.h"
#include "nn/networks/network.h"
#include "support/golden_tensors.h"
#include "support/support.h"

namespace brainmvp::nn {
namespace {

using test::expect_summary;
using test::filled;

class GoldenSegmentation : public testing::Test {
protected:
  GoldenSegmentation() {
    test::fill_state(state_tensors(*network_));
    network_->to(test::device());
  }

  const nlohmann::json golden_ = test::golden_json("segmentation_uniformer_small.json");
  const torch::Tensor input_ = (filled("input.seg", {1, 4, 32, 32, 32}) * 0.5 + 0.5).to(test::device());
  const torch::Tensor label_ = (filled("label.seg", {1, 3, 32, 32, 32}) > 0.6).to(test::device(), torch::kFloat);
  const std::shared_ptr<SegmentationNetwork> network_ = make_segmentation_network("uniformer_small", 4, 3);
};

// The loss of one head as the golden README states it.
torch::Tensor head_loss(const torch::Tensor& logits, const torch::Tensor& label) {
  const torch::Tensor p = logits.sigmoid();
  const std::vector<std::int64_t> axes{0, 2, 3, 4};
  const torch::Tensor dice =
      1 - (2 * (p * label).sum(axes) + 1) / (p.square().sum(axes) + label.square().sum(axes) + 1); // one a class
  return (0.7 * dice + 0.3 * at::binary_cross_entropy_with_logits(logits, label, {}, {}, at::Reduction::None).mean(axes)).mean();
}

TEST_F(GoldenSegmentation, NamesAndShapesArePublic) {
  const auto names = nlohmann::ordered_json::parse(test::read_text(test::golden("state_dict_segmentation_uniformer_small.json")));
  const auto tensors = state_tensors(*network_);
  ASSERT_EQ(tensors.size(), names.size());
  auto expected = names.begin();
  for (const auto& [name, tensor] : tensors) {
    EXPECT_EQ(name, expected.key());
    EXPECT_EQ(tensor.sizes().vec(), expected.value().get<std::vector<std::int64_t>>()) << name;
    ++expected;
  }
}

class GoldenSegmentationKernels : public GoldenSegmentation, public testing::WithParamInterface<Kernels> {
  const ExecutionScope scope_{{.kernels = GetParam()}};
};

INSTANTIATE_TEST_SUITE_P(Both, GoldenSegmentationKernels, testing::Values(Kernels::kFused, Kernels::kAten));

TEST_P(GoldenSegmentationKernels, EvalLogits) {
  const torch::NoGradGuard no_gradient;
  network_->eval();
  const Segmentation result = network_->forward(input_);
  expect_summary(result.logits, golden_.at("eval_logits"), "logits");
  EXPECT_TRUE(result.deeper.empty());
  EXPECT_FALSE(result.quarter.defined());
}

TEST_P(GoldenSegmentationKernels, HeadsLossAndGradientsInTraining) {
  const auto& train = golden_.at("train");
  const Segmentation result = network_->forward(input_);
  ASSERT_EQ(result.deeper.size(), 2U);
  const std::vector<torch::Tensor> heads{result.deeper[0], result.deeper[1], result.logits};
  torch::Tensor loss;
  for (std::size_t i = 0; i < heads.size(); ++i) {
    expect_summary(heads[i], train.at("logits")[i], "head " + std::to_string(i));
    const torch::Tensor head = head_loss(heads[i], label_);
    const double expected = train.at("head_losses_quarter_half_full")[i].get<double>();
    EXPECT_NEAR(head.item<double>(), expected, 1e-5 * expected);
    loss = loss.defined() ? loss + head : head;
  }
  EXPECT_NEAR(loss.item<double>(), train.at("loss").get<double>(), 1e-5 * train.at("loss").get<double>());
  loss.backward();
  std::size_t compared = 0;
  for (const auto& parameter : network_->named_parameters()) {
    const double expected = train.at("grad_l2").at(parameter.key()).get<double>();
    EXPECT_NEAR(parameter.value().grad().norm().item<double>(), expected, 1e-3 * expected + 1e-9) << parameter.key();
    ++compared;
  }
  EXPECT_EQ(compared, train.at("grad_l2").size());
}

TEST_F(GoldenSegmentation, QuarterIsTheFirstHeadBeforeUpsampling) {
  const torch::NoGradGuard no_gradient;
  const Segmentation result = network_->forward(input_);
  EXPECT_EQ(result.quarter.sizes(), torch::IntArrayRef({1, 3, 8, 8, 8}));
  const double tolerance = test::device().is_cpu() ? 0 : 1e-5;
  EXPECT_TRUE(at::allclose(at::upsample_trilinear3d(result.quarter, {32, 32, 32}, true), result.deeper[0], tolerance, tolerance));
}

} // namespace
} // namespace brainmvp::nn
