// A step over several ranks against the same step in one process.
#include <gtest/gtest.h>
#include <torch/torch.h>

#include "golden_case.h"
#include "nn/kernels/execution.h"
#include "objectives/brainmvp/proxy_tasks.h"
#include "parallel/gradient_reducer.h"
#include "parallel/ranks.h"
#include "parallel/sums.h"
#include "train/process.h"

namespace brainmvp::objectives {
namespace {

using torch::Tensor;

constexpr std::int64_t kSamples = 4, kCrop = 32;

GoldenModel fresh_model(const std::string& network) {
  torch::manual_seed(7);
  GoldenModel model{.network = nn::make_network(network), .templates = {}};
  model.templates = torch::rand({8, 34, 33, 35}).requires_grad_();
  return model;
}

ProxyBatch whole_batch() {
  torch::manual_seed(8);
  return {.images = torch::rand({kSamples, 3, kCrop, kCrop, kCrop}),
          .template_rows = {{0, 1, 2}, {3, 4, 5}, {1, 2, 7}, {0, 5, 6}},
          .template_starts = {{0, 1, 2}, {1, 0, 0}, {2, 1, 3}, {0, 0, 1}}};
}

ProxyDraws whole_draws() {
  return {.target_channel = {0, 2, 2, 0},
          .kept_blocks_view1 = {{1, 7, 30}, {0, 2, 50}, {5, 6, 63}, {9, 33, 60}},
          .kept_blocks_view2 = {{3, 10}, {4, 20}, {11, 40}, {1, 2}},
          .source_channel = {1, 0, kFromTemplate, 2}};
}

template <class Value>
std::vector<Value> part(const std::vector<Value>& values, std::size_t first, std::size_t count) {
  return {values.begin() + static_cast<std::ptrdiff_t>(first), values.begin() + static_cast<std::ptrdiff_t>(first + count)};
}

// The samples first .. first + count of the batch.
ProxyLosses losses_of(const GoldenModel& model, const ProxyBatch& batch, std::size_t first, std::size_t count,
                      const parallel::BatchShare& share) {
  const ProxyDraws draws = whole_draws();
  const ProxyBatch own{.images = batch.images.narrow(0, static_cast<std::int64_t>(first), static_cast<std::int64_t>(count)),
                       .template_rows = part(batch.template_rows, first, count),
                       .template_starts = part(batch.template_starts, first, count)};
  const ProxyDraws own_draws{.target_channel = part(draws.target_channel, first, count),
                             .kept_blocks_view1 = part(draws.kept_blocks_view1, first, count),
                             .kept_blocks_view2 = part(draws.kept_blocks_view2, first, count),
                             .source_channel = part(draws.source_channel, first, count)};
  const nn::ExecutionScope scope(train::execution_over(share));
  return proxy_losses(*model.network, model.templates, own, own_draws, {.distillation = 10, .contrastive = 1}, 8, share);
}

void expect_close(const Tensor& found, const Tensor& expected, const std::string& name) {
  const double difference = (found.to(torch::kDouble) - expected.to(torch::kDouble)).norm().item<double>();
  EXPECT_LE(difference, 1e-5 * expected.to(torch::kDouble).norm().item<double>() + 1e-8) << name;
}

void expect_same(const GoldenModel& found, const GoldenModel& expected, const std::vector<std::int64_t>& rows,
                 const parallel::Group& group) {
  const auto expected_parameters = expected.network->named_parameters();
  for (const auto& entry : found.network->named_parameters()) {
    const Tensor& gradient = expected_parameters[entry.key()].grad();
    ASSERT_EQ(entry.value().grad().defined(), gradient.defined()) << entry.key();
    if (gradient.defined() && gradient.norm().item<double>() > 1e-6) { // a bias before batch norm has none but rounding
      expect_close(entry.value().grad(), gradient, entry.key());
    }
  }
  const auto expected_buffers = expected.network->named_buffers();
  for (const auto& entry : found.network->named_buffers()) {
    expect_close(entry.value(), expected_buffers[entry.key()], entry.key());
  }
  const Tensor templates = parallel::sum_sparse_rows(found.templates.grad(), rows, group);
  expect_close(templates.to_dense(), expected.templates.grad().to_dense(), "templates");
}

struct RanksCase {
  std::string name;
  std::string network;
  nn::Execution execution;
  std::vector<std::size_t> counts; // samples of each rank
};

class StepOverRanks : public testing::TestWithParam<RanksCase> {};

INSTANTIATE_TEST_SUITE_P(
    Every, StepOverRanks,
    testing::Values(RanksCase{"two", "uniformer_tiny", {}, {2, 2}}, RanksCase{"four", "uniformer_tiny", {}, {1, 1, 1, 1}},
                    RanksCase{"uneven_and_idle", "uniformer_tiny", {}, {2, 1, 1, 0}},
                    RanksCase{"aten", "uniformer_tiny", {.kernels = nn::Kernels::kAten}, {2, 2}},
                    RanksCase{"aten_idle", "uniformer_tiny", {.kernels = nn::Kernels::kAten}, {3, 1, 0}},
                    RanksCase{"checkpointed", "uniformer_tiny", {.checkpoints_activations = true}, {1, 1, 1, 1}},
                    RanksCase{"unet", "unet", {}, {2, 2}}),
    [](const auto& parameter) { return parameter.param.name; });

TEST_P(StepOverRanks, HasTheLossGradientsStatisticsAndTemplatesOfOneProcess) {
  const RanksCase& step = GetParam();
  const GoldenModel expected = fresh_model(step.network);
  const ProxyBatch batch = whole_batch();
  double loss = 0;
  {
    const nn::ExecutionScope scope(step.execution);
    const ProxyLosses losses = losses_of(expected, batch, 0, kSamples, {});
    losses.total.backward();
    loss = losses.total.item<double>();
  }
  std::vector<GoldenModel> models;
  for (std::size_t rank = 0; rank < step.counts.size(); ++rank) {
    models.push_back(fresh_model(step.network));
  }
  test::run_ranks(static_cast<int>(step.counts.size()), [&](const parallel::Group& group) {
    const nn::ExecutionScope scope(step.execution);
    const auto rank = static_cast<std::size_t>(group.rank());
    std::size_t first = 0;
    for (std::size_t before = 0; before < rank; ++before) {
      first += step.counts[before];
    }
    const std::size_t here = step.counts[rank];
    const GoldenModel& model = models[rank];
    parallel::GradientReducer reducer(group, parameters_of(model));
    const ProxyLosses losses = losses_of(model, batch, here > 0 ? first : 0, std::max<std::size_t>(here, 1),
                                         {.group = &group, .here = static_cast<std::int64_t>(here), .all = kSamples});
    reducer.backward(losses.total, true);
    EXPECT_NEAR(losses.total.item<double>(), loss, 1e-5 * loss);
    expect_same(model, expected, {0, 5, 7}, group);
  });
}

} // namespace
} // namespace brainmvp::objectives
