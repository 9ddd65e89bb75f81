// Blending of windows, against MONAI's values.
#include "infer/sliding_window.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include "base/error.h"
#include "image/windows.h"
#include "support/support.h"

namespace brainmvp::infer {
namespace {

// The golden file's predictor: it depends on the place in the window.
torch::Tensor ramped(const torch::Tensor& tile) {
  const torch::Tensor line = at::arange(16, at::kFloat);
  const torch::Tensor ramp = (1 + line.reshape({16, 1, 1}) + 2 * line.reshape({16, 1}) + 3 * line) / 96;
  return at::cat({tile * ramp, (tile + 0.25) * (1 - ramp)}, 1);
}

TEST(SlidingWindow, BlendsAsMonai) {
  const nlohmann::json golden = test::golden_json("sliding_window.json");
  ASSERT_EQ(golden["cases"].size(), 24U);
  for (const nlohmann::json& example : golden["cases"]) {
    const auto dims = example["dims"].get<std::vector<std::int64_t>>();
    const std::string name = "sw." + std::to_string(dims[0]) + "x" + std::to_string(dims[1]) + "x" + std::to_string(dims[2]);
    const auto count = static_cast<std::size_t>(dims[0] * dims[1] * dims[2]);
    const torch::Tensor volume = at::tensor(test::fill(name, count)).reshape({1, dims[0], dims[1], dims[2]});
    const SlidingOptions options{.window = {16, 16, 16},
                                 .overlap = example["overlap"],
                                 .blending = example["mode"] == "gaussian" ? Blending::kGaussian : Blending::kConstant};
    const torch::Tensor flat = slide(volume, 2, options, ramped).flatten();
    const nlohmann::json& expected = example["output"];
    EXPECT_NEAR(flat.mean().item<double>(), expected["mean"], 1e-5) << name;
    EXPECT_NEAR(flat.to(at::kDouble).norm().item<double>() / expected["l2"].get<double>(), 1, 1e-5) << name;
    for (std::size_t i = 0; i < expected["sample"].size(); ++i) {
      EXPECT_NEAR(flat[expected["sample_index"][i].get<std::int64_t>()].item<float>(), expected["sample"][i], 1e-5) << name;
    }
  }
}

TEST(SlidingWindow, WeightsSumToOneOnOddSizes) {
  const auto ones = [](const torch::Tensor& tile) { return at::ones_like(tile); };
  for (const auto& size : std::vector<std::vector<std::int64_t>>{{1, 7, 33, 19}, {1, 1, 9, 5}, {1, 16, 8, 24}, {1, 17, 40, 1}}) {
    for (const Blending blending : {Blending::kConstant, Blending::kGaussian}) {
      for (const double overlap : {0.0, 0.3, 0.9}) {
        const torch::Tensor sums =
            slide(at::zeros(size), 1, {.window = {8, 16, 12}, .overlap = overlap, .blending = blending}, ones);
        EXPECT_TRUE(sums.allclose(at::ones(size), 1e-5, 1e-6)) << sums.min() << sums.max();
      }
    }
  }
}

TEST(SlidingWindow, StepsTruncateAndTheLastWindowEndsWithTheVolume) {
  EXPECT_EQ(image::window_starts(37, 16, 0.25), (std::vector<std::int64_t>{0, 12, 21}));
  EXPECT_EQ(image::window_starts(40, 16, 0.25), (std::vector<std::int64_t>{0, 12, 24}));
  EXPECT_EQ(image::window_starts(16, 16, 0.5), (std::vector<std::int64_t>{0}));
  EXPECT_EQ(image::window_starts(11, 16, 0.5), (std::vector<std::int64_t>{-2})); // 2 in front, 3 behind
  EXPECT_EQ(image::window_starts(18, 16, 0.99), (std::vector<std::int64_t>{0, 1, 2}));
}

TEST(SlidingWindow, RefusesAnOverlapThatNeverEnds) {
  for (const double overlap : {1.0, -0.1, std::numeric_limits<double>::quiet_NaN()}) {
    try {
      image::window_starts(40, 16, overlap);
      ADD_FAILURE() << overlap;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kUsage);
    }
  }
}

TEST(Flips, AreTheMeanOverAllCombinationsEachFlippedBack) {
  const torch::Tensor tile = at::arange(2 * 3 * 4, at::kFloat).reshape({1, 1, 2, 3, 4});
  const torch::Tensor same = with_flips([](const torch::Tensor& x) { return x; }, {0, 1, 2})(tile);
  EXPECT_TRUE(same.allclose(tile));
  // A function of the place alone becomes symmetric along the flipped axes.
  const torch::Tensor ramp = at::arange(4, at::kFloat).expand({1, 1, 2, 3, 4});
  int calls = 0;
  const torch::Tensor flat = with_flips(
      [&](const torch::Tensor&) {
        ++calls;
        return ramp;
      },
      {1, 2})(tile);
  EXPECT_EQ(calls, 4);
  EXPECT_TRUE(flat.allclose(at::ones({1, 1, 2, 3, 4}) * 1.5));
}

} // namespace
} // namespace brainmvp::infer
