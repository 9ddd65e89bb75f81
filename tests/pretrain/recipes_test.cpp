#include "pretrain/recipes.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace brainmvp::pretrain {
namespace {

TEST(Recipes, PaperFollowsItsTable) {
  const Recipe paper = recipe("paper");
  EXPECT_EQ(paper.network, "uniformer_small");
  EXPECT_EQ(paper.brainmvp.mask_rate, 0.875);
  EXPECT_EQ(paper.brainmvp.weights.distillation, 1);
  EXPECT_EQ(paper.epochs, 1500U);
  EXPECT_EQ(paper.batch_size, 3);
  EXPECT_EQ(paper.accumulation, 2);
  EXPECT_EQ(paper.brainmvp.template_size, (image::Size{240, 240, 155}));
  EXPECT_EQ(paper.brainmvp.template_init, objectives::TemplateInit::kZero);
  EXPECT_TRUE(phase_at(paper.brainmvp, 0, 1500).cross_modal);
  EXPECT_EQ(phase_at(paper.brainmvp, 999, 1500).weights.contrastive, 0);
  EXPECT_EQ(phase_at(paper.brainmvp, 1000, 1500).weights.contrastive, 1);
}

TEST(Recipes, ReleasedChangesViewTwoAtAFifthAndContrastsAtTwoThirds) {
  const Recipe released = recipe("released");
  EXPECT_EQ(released.brainmvp.weights.distillation, 10);
  EXPECT_EQ(released.brainmvp.mask_rate, 0.8);
  EXPECT_FALSE(phase_at(released.brainmvp, 299, 1500).cross_modal);
  EXPECT_TRUE(phase_at(released.brainmvp, 300, 1500).cross_modal);
  EXPECT_EQ(phase_at(released.brainmvp, 999, 1500).weights.contrastive, 0);
  EXPECT_EQ(phase_at(released.brainmvp, 1000, 1500).weights.contrastive, 1);
  EXPECT_EQ(phase_at(released.brainmvp, 1000, 1500).weights.distillation, 10);
}

TEST(Recipes, TinyScalesWithTheSchedule) {
  const Recipe tiny = recipe("tiny");
  EXPECT_EQ(tiny.network, "uniformer_tiny");
  EXPECT_EQ(tiny.crop, (image::Size{48, 48, 48}));
  EXPECT_EQ(tiny.brainmvp.template_init, objectives::TemplateInit::kMean);
  EXPECT_EQ(tiny.brainmvp.weights.distillation, 1) << "with 10 a short run never learns view 2";
  EXPECT_EQ(tiny.learning_rate, 1e-3);
  EXPECT_TRUE(phase_at(tiny.brainmvp, 0, 300).cross_modal);
  EXPECT_EQ(phase_at(tiny.brainmvp, 99, 300).weights.contrastive, 0);
  EXPECT_EQ(phase_at(tiny.brainmvp, 100, 300).weights.contrastive, 1);
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
  EXPECT_THROW(objectives::template_init("zeroes"), Error);
}

TEST(Recipes, NamesOfTemplateStartsGoBothWays) {
  for (const std::string& name : objectives::template_init_names()) {
    EXPECT_EQ(objectives::template_init_name(objectives::template_init(name)), name);
  }
}

} // namespace
} // namespace brainmvp::pretrain
