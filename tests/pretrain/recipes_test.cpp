#include "pretrain/recipes.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace brainmvp::pretrain {
namespace {

TEST(Recipes, PaperFollowsItsTable) {
  const Recipe paper = recipe("paper");
  EXPECT_EQ(paper.network, "uniformer_small");
  EXPECT_EQ(paper.mask_rate, 0.875);
  EXPECT_EQ(paper.weights.distillation, 1);
  EXPECT_EQ(paper.epochs, 1500U);
  EXPECT_EQ(paper.batch_size, 3);
  EXPECT_EQ(paper.accumulation, 2);
  EXPECT_EQ(paper.template_size, (image::Size{240, 240, 155}));
  EXPECT_EQ(paper.template_init, TemplateInit::kZero);
  EXPECT_TRUE(phase_at(paper, 0, 1500).cross_modal);
  EXPECT_EQ(phase_at(paper, 999, 1500).weights.contrastive, 0);
  EXPECT_EQ(phase_at(paper, 1000, 1500).weights.contrastive, 1);
}

TEST(Recipes, ReleasedChangesViewTwoAtAFifthAndContrastsAtTwoThirds) {
  const Recipe released = recipe("released");
  EXPECT_EQ(released.weights.distillation, 10);
  EXPECT_EQ(released.mask_rate, 0.8);
  EXPECT_FALSE(phase_at(released, 299, 1500).cross_modal);
  EXPECT_TRUE(phase_at(released, 300, 1500).cross_modal);
  EXPECT_EQ(phase_at(released, 999, 1500).weights.contrastive, 0);
  EXPECT_EQ(phase_at(released, 1000, 1500).weights.contrastive, 1);
  EXPECT_EQ(phase_at(released, 1000, 1500).weights.distillation, 10);
}

TEST(Recipes, TinyScalesWithTheSchedule) {
  const Recipe tiny = recipe("tiny");
  EXPECT_EQ(tiny.network, "uniformer_tiny");
  EXPECT_EQ(tiny.crop, (image::Size{48, 48, 48}));
  EXPECT_EQ(tiny.template_init, TemplateInit::kMean);
  EXPECT_EQ(tiny.weights.distillation, 1) << "with 10 a short run never learns view 2";
  EXPECT_EQ(tiny.learning_rate, 1e-3);
  EXPECT_TRUE(phase_at(tiny, 0, 300).cross_modal);
  EXPECT_EQ(phase_at(tiny, 99, 300).weights.contrastive, 0);
  EXPECT_EQ(phase_at(tiny, 100, 300).weights.contrastive, 1);
}

TEST(Recipes, ReleasedStartsAsThePublicCode) {
  EXPECT_EQ(recipe("released").initialisation, nn::Initialisation::kPublic);
  EXPECT_EQ(recipe("released").learning_rate, 3e-4);
  EXPECT_EQ(recipe("released").warmup, 0);
}

TEST(Recipes, UnknownNamesGiveTheNearest) {
  try {
    recipe("relesed");
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kUsage);
    EXPECT_NE(error.message().find("did you mean released?"), std::string::npos) << error.message();
  }
  EXPECT_THROW(template_init("zeroes"), Error);
}

TEST(Recipes, NamesOfTemplateStartsGoBothWays) {
  for (const std::string& name : template_init_names()) {
    EXPECT_EQ(template_init_name(template_init(name)), name);
  }
}

} // namespace
} // namespace brainmvp::pretrain
