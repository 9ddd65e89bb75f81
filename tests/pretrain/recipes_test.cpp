#include <gtest/gtest.h>

#include "base/error.h"
#include "objectives/brainmvp/settings.h"
#include "pretrain/options.h"
#include "support/support.h"

namespace brainmvp::pretrain {
namespace {

const objectives::BrainMvpSettings& brainmvp_of(const RunOptions& options) {
  return dynamic_cast<const objectives::BrainMvpSettings&>(options.objective_settings());
}

TEST(Recipes, PaperFollowsItsTable) {
  const RunOptions paper = recipe("paper");
  const objectives::BrainMvpSettings& method = brainmvp_of(paper);
  EXPECT_EQ(paper.network, "uniformer_small");
  EXPECT_EQ(method.mask_rate, 0.875);
  EXPECT_EQ(method.weights.distillation, 1);
  EXPECT_EQ(paper.epochs, 1500U);
  EXPECT_EQ(paper.batch_size, 3);
  EXPECT_EQ(paper.accumulation, 2);
  EXPECT_EQ(method.template_size, (image::Size{240, 240, 155}));
  EXPECT_EQ(method.template_init, objectives::TemplateInit::kZero);
  EXPECT_TRUE(phase_at(method, 0, 1500).cross_modal);
  EXPECT_EQ(phase_at(method, 999, 1500).weights.contrastive, 0);
  EXPECT_EQ(phase_at(method, 1000, 1500).weights.contrastive, 1);
}

TEST(Recipes, ReleasedChangesViewTwoAtAFifthAndContrastsAtTwoThirds) {
  const RunOptions released = recipe("released");
  const objectives::BrainMvpSettings& method = brainmvp_of(released);
  EXPECT_EQ(method.weights.distillation, 10);
  EXPECT_EQ(method.mask_rate, 0.8);
  EXPECT_FALSE(phase_at(method, 299, 1500).cross_modal);
  EXPECT_TRUE(phase_at(method, 300, 1500).cross_modal);
  EXPECT_EQ(phase_at(method, 999, 1500).weights.contrastive, 0);
  EXPECT_EQ(phase_at(method, 1000, 1500).weights.contrastive, 1);
  EXPECT_EQ(phase_at(method, 1000, 1500).weights.distillation, 10);
}

TEST(Recipes, TinyScalesWithTheSchedule) {
  const RunOptions tiny = recipe("tiny");
  const objectives::BrainMvpSettings& method = brainmvp_of(tiny);
  EXPECT_EQ(tiny.network, "uniformer_tiny");
  EXPECT_EQ(tiny.crop, (image::Size{48, 48, 48}));
  EXPECT_EQ(tiny.batch_size, 2);
  EXPECT_EQ(tiny.accumulation, 1);
  EXPECT_EQ(tiny.warmup_share, 0.05);
  EXPECT_EQ(method.template_init, objectives::TemplateInit::kMean);
  EXPECT_EQ(method.weights.distillation, 1) << "with 10 a short run never learns view 2";
  EXPECT_EQ(tiny.learning_rate, 1e-3);
  EXPECT_TRUE(phase_at(method, 0, 300).cross_modal);
  EXPECT_EQ(phase_at(method, 99, 300).weights.contrastive, 0);
  EXPECT_EQ(phase_at(method, 100, 300).weights.contrastive, 1);
}

TEST(Recipes, ReleasedStartsAsThePublicCode) {
  EXPECT_EQ(recipe("released").initialisation, nn::Initialisation::kPublic);
  EXPECT_EQ(recipe("tiny").initialisation, nn::Initialisation::kPyTorch);
  EXPECT_EQ(recipe("released").learning_rate, 3e-4);
  EXPECT_EQ(recipe("released").warmup_share, 0);
}

TEST(Recipes, UnknownNamesGiveTheNearest) {
  try {
    recipe("relesed");
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kUsage);
    test::expect_part(error.message(), "--recipe: expected auto, paper, released, tiny, found relesed; did you mean released?");
  }
}

} // namespace
} // namespace brainmvp::pretrain
