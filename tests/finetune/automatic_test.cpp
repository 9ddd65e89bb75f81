// What a fine-tuning takes from its store and machine.
#include "finetune/automatic.h"

#include "support/support.h"
#include "train/machines.h"

namespace brainmvp::finetune {
namespace {

using test::kCpu;
using test::kFive;
using test::kGpu;
using train::Machine;
using train::StoreFacts;

StepCost cost(const char* head, const char* network = "uniformer_tiny") {
  return {
      .backbone = nn::backbone(network), .head = model::head(head), .channels = 4, .outputs = 3, .batch_size = 2, .mixed = true};
}

TEST(AutomaticFineTuning, TakesTheUsualCropWhereItFits) {
  EXPECT_EQ(choose(kFive, kCpu, cost("segment"), 48).crop, 48);
  EXPECT_EQ(choose(kFive, kGpu, cost("segment", "uniformer_small"), 96).crop, 96);
}

TEST(AutomaticFineTuning, TakesSmallerCropsForSmallStudiesAndLittleMemory) {
  StoreFacts coarse = kFive;
  coarse.typical = {54, 64, 47};
  EXPECT_EQ(choose(coarse, kGpu, cost("segment"), 96).crop, 32);
  EXPECT_EQ(choose(coarse, kGpu, cost("classify"), 96).crop, 64) << "of whole volumes the longest side counts";
  EXPECT_EQ(choose(kFive, {.memory_bytes = 2'000'000'000}, cost("segment"), 48).crop, 32);
}

TEST(AutomaticFineTuning, TakesStepsByTheNumberOfStudiesWithinBounds) {
  StoreFacts facts = kFive;
  EXPECT_EQ(choose(facts, kCpu, cost("segment"), 48).steps, 500U);
  EXPECT_EQ(choose(facts, kGpu, cost("segment"), 96).steps, 2000U);
  facts.studies = 30;
  EXPECT_EQ(choose(facts, kCpu, cost("segment"), 48).steps, 3000U);
  EXPECT_EQ(choose(facts, kGpu, cost("segment"), 96).steps, 4500U);
}

TEST(StepMemory, IsLessInBf16AndWithCheckpointsAndMoreForMixtures) {
  const image::Size window{48, 48, 48};
  StepCost plain = cost("segment");
  const double in_fp32 = step_bytes(plain, window);
  plain.precision = runtime::Precision::kBfloat16;
  const double in_bf16 = step_bytes(plain, window);
  EXPECT_LT(in_bf16, 0.75 * in_fp32);
  plain.checkpoints_activations = true;
  EXPECT_LT(step_bytes(plain, window), 0.9 * in_bf16);
  plain.checkpoints_activations = false;
  plain.mixed = false;
  EXPECT_LT(step_bytes(plain, window), 0.4 * in_fp32);
}

} // namespace
} // namespace brainmvp::finetune
