// What holds for every objective of the table.
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>

#include "nn/kernels/execution.h"
#include "objective_case.h"
#include "parallel/gradient_reducer.h"
#include "parallel/ranks.h"
#include "train/process.h"

namespace brainmvp::objectives {
namespace {

using torch::Tensor;

class EveryObjective : public testing::TestWithParam<std::string>, protected ObjectiveCase {
protected:
  // Settings that only some have.
  std::unique_ptr<Objective> objective(const std::string& network = "unet") const {
    return make(GetParam(),
                {{"template_size", {24, 24, 32}}, {"template_init", {"noise"}}, {"modalities", {"flair", "t1", "t2"}}}, network);
  }
};

INSTANTIATE_TEST_SUITE_P(Table, EveryObjective, testing::ValuesIn(names()), [](const auto& one) { return one.param; });

double loss_of(Objective& objective, const Batch& batch, const Step& step = {}) {
  const torch::NoGradGuard no_gradient;
  return objective.losses(batch, step).front().second.item<double>();
}

Tensor full_gradient(const Tensor& gradient) { return gradient.is_sparse() ? gradient.to_dense() : gradient; }

// Along drawn directions through all parameters at once, of a network without kinks.
TEST_P(EveryObjective, GradientsAreThoseOfFiniteDifferences) {
  const nn::ExecutionScope scope({.kernels = nn::Kernels::kAten});
  const auto made = objective("uniformer_tiny");
  Batch given = batch(*made, 3);
  make_double(*made, given);
  made->losses(given, {}).front().second.backward();
  for (int direction = 0; direction < 3; ++direction) {
    constexpr double kStep = 1e-7;
    std::vector<std::pair<Tensor, Tensor>> moves;
    double expected = 0;
    for (const auto& [name, parameter] : made->parameters()) {
      if (parameter.grad().defined()) {
        moves.emplace_back(parameter, torch::randn_like(parameter));
        expected += (full_gradient(parameter.grad()) * moves.back().second).sum().item<double>();
      }
    }
    const auto moved_by = [&](double step) {
      const torch::NoGradGuard no_gradient;
      for (auto& [parameter, move] : moves) {
        parameter.add_(move, step);
      }
    };
    moved_by(kStep);
    const double above = loss_of(*made, given);
    moved_by(-2 * kStep);
    const double below = loss_of(*made, given);
    moved_by(kStep);
    EXPECT_NEAR((above - below) / (2 * kStep), expected, 1e-5 * (0.1 + std::abs(expected)));
    EXPECT_GT(std::abs(expected), 1e-4) << "a loss that does not change shows nothing";
  }
}

TEST_P(EveryObjective, TrainingLowersItsLoss) {
  const auto made = objective("uniformer_tiny");
  const Batch given = batch(*made, 4);
  train::AdamW optimizer(made->parameters(), {});
  std::vector<double> losses;
  for (int step = 0; step < 25; ++step) {
    optimizer.clear_gradients();
    optimizer.settle();
    const Tensor loss = made->losses(given, {}).front().second;
    loss.backward();
    optimizer.step(1e-3);
    losses.push_back(loss.item<double>());
  }
  EXPECT_LT(losses.back(), 0.8 * losses.front());
}

TEST_P(EveryObjective, DrawsDependOnSeedEpochAndStudyOnly) {
  const auto made = objective();
  const Batch given = batch(*made, 3);
  const double loss = loss_of(*made, given);
  EXPECT_EQ(loss_of(*made, given), loss);
  EXPECT_NE(loss_of(*made, given, {.seed = 1}), loss);
  Batch other = given;
  for (store::CropSample& sample : other.samples) {
    sample.epoch = 4;
  }
  EXPECT_NE(loss_of(*made, other), loss);
  other = given;
  other.studies = {"x", "y", "z"};
  EXPECT_NE(loss_of(*made, other), loss);
  const double validation = loss_of(*made, given, {.seed = 5, .validates = true});
  EXPECT_EQ(loss_of(*made, given, {.number = 9, .seed = 5, .validates = true}), validation);
}

TEST_P(EveryObjective, ItsEncoderCanBeTransferred) {
  std::size_t of_encoder = 0;
  for (const auto& [name, tensor] : objective("uniformer_tiny")->weights()) {
    of_encoder += name.starts_with("encoder.") ? 1 : 0;
    EXPECT_FALSE(name.starts_with("head.") || tensor.requires_grad()) << name;
  }
  EXPECT_GT(of_encoder, 100U);
}

Batch part_of(const Batch& batch, std::size_t first, std::size_t count) {
  const auto begin = static_cast<std::ptrdiff_t>(first), end = static_cast<std::ptrdiff_t>(first + count);
  return {.images = batch.images.narrow(0, static_cast<std::int64_t>(first), static_cast<std::int64_t>(count)),
          .samples = {batch.samples.begin() + begin, batch.samples.begin() + end},
          .studies = {batch.studies.begin() + begin, batch.studies.begin() + end}};
}

// Two ranks share the samples, a third has none.
TEST_P(EveryObjective, SeveralRanksHaveTheLossesAndGradientsOfOneProcess) {
  const std::vector<std::size_t> counts{3, 1, 0};
  const auto expected = objective("uniformer_tiny");
  const Batch whole = batch(*expected, 4);
  const NamedTensors terms = expected->losses(whole, {});
  terms.front().second.backward();
  std::vector<std::unique_ptr<Objective>> made;
  for (std::size_t rank = 0; rank < counts.size(); ++rank) {
    made.push_back(objective("uniformer_tiny"));
  }
  test::run_ranks(static_cast<int>(counts.size()), [&](const parallel::Group& group) {
    const auto rank = static_cast<std::size_t>(group.rank());
    const parallel::BatchShare share{.group = &group, .here = static_cast<std::int64_t>(counts[rank]), .all = 4};
    const nn::ExecutionScope scope(train::execution_over(share));
    Objective& own = *made[rank];
    parallel::GradientReducer reducer(group, own.parameters());
    const NamedTensors found =
        own.losses(part_of(whole, rank == 1 ? 3 : 0, std::max<std::size_t>(counts[rank], 1)), {.share = share});
    reducer.backward(found.front().second, true);
    ASSERT_EQ(found.size(), terms.size());
    for (std::size_t i = 0; i < terms.size(); ++i) {
      const double value = terms[i].second.item<double>();
      EXPECT_NEAR(found[i].second.item<double>(), value, 1e-5 * std::abs(value)) << terms[i].first;
    }
    const NamedTensors wanted = expected->parameters();
    const NamedTensors parameters = own.parameters();
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const Tensor& gradient = wanted[i].second.grad();
      if (!gradient.defined() || gradient.is_sparse() || gradient.norm().item<double>() < 1e-6) {
        continue; // sparse rows are summed apart; a bias before batch norm has none but rounding
      }
      const double difference = (parameters[i].second.grad() - gradient).norm().item<double>();
      EXPECT_LE(difference, 1e-3 * gradient.norm().item<double>() + 1e-8) << wanted[i].first;
    }
  });
}

} // namespace
} // namespace brainmvp::objectives
