#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>
#include <map>
#include <set>

#include "base/error.h"
#include "constant_network.h"
#include "objective_case.h"
#include "objectives/m3ae/visible.h"

namespace brainmvp::objectives {
namespace {

using torch::Tensor;

TEST(DrawVisible, KeepsAShareOfAllCubesAmongTheModalitiesThatAreLeft) {
  std::map<std::size_t, int> hidden; // how often so many
  for (std::uint64_t draw = 0; draw < 400; ++draw) {
    RandomStream stream({draw});
    const auto visible = draw_visible(4, 512, 3, 0.875, stream);
    ASSERT_EQ(visible.size(), 4U);
    std::size_t kept = 0, empty = 0;
    for (const std::vector<std::int64_t>& cubes : visible) {
      EXPECT_EQ(std::set(cubes.begin(), cubes.end()).size(), cubes.size()) << "a cube twice";
      EXPECT_TRUE(std::ranges::all_of(cubes, [](std::int64_t cube) { return cube >= 0 && cube < 512; }));
      kept += cubes.size();
      empty += cubes.empty() ? 1 : 0;
    }
    EXPECT_EQ(kept, 256U) << "an eighth of 4 * 512; of a single modality the half";
    ++hidden[empty];
  }
  for (std::size_t count = 0; count < 4; ++count) {
    EXPECT_NEAR(hidden[count], 100, 40) << count;
  }
}

TEST(DrawVisible, NeverHidesAllAndNeverKeepsMoreThanThereIs) {
  for (std::uint64_t draw = 0; draw < 50; ++draw) {
    RandomStream stream({draw});
    EXPECT_EQ(draw_visible(1, 8, 3, 0.75, stream)[0].size(), 2U);
    const auto few = draw_visible(4, 8, 3, 0.5, stream);
    std::size_t kept = 0;
    for (const auto& cubes : few) {
      kept += cubes.size();
    }
    EXPECT_TRUE(kept == 8 || kept == 16) << kept;
  }
}

class M3ae : public testing::Test, protected ObjectiveCase {
protected:
  std::unique_ptr<Objective> constant(const Options& more = {}) const {
    Options options{{"template_size", {20, 20, 20}}, {"modalities", {"t1", "t2"}}};
    options.insert(options.end(), more.begin(), more.end());
    auto objective = make("m3ae", options);
    make_constant(*objective, "reconstruction.output.bias", 0.25);
    return objective;
  }
};

// Berta has t1 alone, and the loader gives it twice.
TEST_F(M3ae, LossIsTheMeanSquareOfWhatThereIsAndTheTemplatesDistanceFromTheirMeans) {
  const auto made = constant();
  const Batch given{.images = torch::rand({2, 1, 2, 16, 16, 16}),
                    .samples = {{.study = 0, .epoch = 0, .modalities = {"t2", "t1"}, .places = {{}}},
                                {.study = 1, .epoch = 0, .modalities = {"t1", "t1"}, .places = {{}}}},
                    .studies = {"anna", "berta"}};
  const double mse =
      (given.images[0].sub(0.25).square().sum().item<double>() + given.images[1][0][0].sub(0.25).square().sum().item<double>()) /
      (3 * 4096);
  EXPECT_NEAR(made->losses(given, {}).at(0).second.item<double>(), mse, 1e-6);
  for (const auto& [name, tensor] : made->parameters()) {
    if (name == "rep_template") {
      const torch::NoGradGuard no_gradient;
      tensor[1][3][4][5] = 2; // t1: one voxel of N away from 0, squares (2 - 2 / N)^2 + (N - 1) (2 / N)^2 = 4 (1 - 1 / N)
      tensor[0][3][4][5] = 7; // flair, which is not used
    }
  }
  const NamedTensors terms = made->losses(given, {});
  EXPECT_NEAR(terms.at(0).second.item<double>(), mse + 0.005 * 2 * std::sqrt(1 - 1.0 / 8000), 1e-6);
  EXPECT_NEAR(terms.at(1).second.item<double>(), mse, 1e-6);
}

// With everything hidden the network is shown the template alone, where the crop lies.
TEST_F(M3ae, HiddenVoxelsShowTheTemplateOfTheirPlace) {
  const auto made = make("m3ae", {{"template_size", {20, 20, 20}}, {"modalities", {"t2", "t1"}}, {"mask_rate", {1.0}}});
  Tensor templates;
  for (const auto& [name, tensor] : made->parameters()) {
    templates = name == "rep_template" ? tensor : templates;
  }
  Batch given = batch(*made, 1);
  given.samples[0].places = {{.start = {0, 0, 0}, .grid_start = {1, 2, 3}}};
  {
    const torch::NoGradGuard no_gradient;
    templates.copy_(torch::rand_like(templates));
    (void)made->losses(given, {.pictured = true});
  }
  const io::Picture picture = made->pictures().front().second; // target, input, output and error of the first channel, t2
  const Tensor shown = templates.detach()[3].narrow(0, 1, 16).narrow(1, 2, 16).narrow(2, 3, 16);
  // The axial slice's top row is anterior, its left is the patient's: k = 8, j = 15, i = 15 at the left.
  for (std::int64_t column = 0; column < 16; ++column) {
    const double value = shown[15 - column][15][8].item<double>();
    const double mirrored = shown[column][15][8].item<double>();
    const double pixel = picture.pixels[static_cast<std::size_t>(18 + column)] / 255.0;
    EXPECT_TRUE(std::abs(pixel - value) < 0.01 || std::abs(pixel - mirrored) < 0.01) << column;
  }
}

TEST_F(M3ae, TemplatesHaveARateOfTheirOwnAndModalitiesMustHaveOne) {
  const auto made = constant({{"template_rate", {4.0}}});
  const std::vector<double> factors = made->rate_factors();
  EXPECT_EQ(factors.size(), made->parameters().size());
  EXPECT_EQ(factors.at(0), 4);
  EXPECT_EQ(factors.at(1), 1);
  for (const char* name : {"swi", "t1"}) {
    try {
      (void)make("m3ae", {{"template_size", {20, 20, 20}}, {"modalities", {"t1", name}}});
      FAIL() << "accepted";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kUsage);
      test::expect_part(error.message(), name);
    }
  }
}

} // namespace
} // namespace brainmvp::objectives
