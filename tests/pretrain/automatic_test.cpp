// What a pre-training takes from its store and machine.
#include "pretrain/automatic.h"

#include "nn/networks/backbones.h"
#include "support/support.h"
#include "train/machines.h"

namespace brainmvp::pretrain {
namespace {

using test::kCpu;
using test::kFive;
using test::kGpu;
using train::Machine;
using train::StoreFacts;

Choice chosen(const StoreFacts& facts, const Machine& machine, const std::string& network = "",
              nn::Workload work = nn::Workload::kPretrain) {
  return choose(facts, machine, network, work);
}

TEST(AutomaticRecipe, IsTinyOnACpuAndReleasedOnAGpu) {
  const Choice cpu = chosen(kFive, kCpu);
  EXPECT_EQ(cpu.recipe, "tiny");
  EXPECT_EQ(cpu.crop, 48);
  EXPECT_EQ(cpu.steps, 500U);
  const Choice gpu = chosen(kFive, kGpu);
  EXPECT_EQ(gpu.recipe, "released");
  EXPECT_EQ(gpu.crop, 96);
  EXPECT_EQ(gpu.steps, 2000U);
}

TEST(AutomaticRecipe, TakesStepsByTheNumberOfStudiesWithinBounds) {
  StoreFacts facts = kFive;
  facts.studies = 30;
  EXPECT_EQ(chosen(facts, kCpu).steps, 3000U);
  facts.studies = 100000;
  EXPECT_EQ(chosen(facts, kCpu).steps, 6000U);
  EXPECT_EQ(chosen(facts, kGpu).steps, 100000U);
}

TEST(AutomaticRecipe, TakesSmallerCropsForSmallStudiesAndLittleMemory) {
  StoreFacts coarse = kFive;
  coarse.typical = {54, 64, 47};
  EXPECT_EQ(chosen(coarse, kGpu).crop, 32);
  EXPECT_EQ(chosen(kFive, {.memory_bytes = 500'000'000}).crop, 32);
}

TEST(AutomaticRecipe, TakesCropsThatTheNetworkCanTake) {
  const Choice choice = chosen(kFive, kCpu, "resenc_s");
  EXPECT_EQ(choice.crop % nn::backbone("resenc_s").size_multiple, 0);
}

TEST(AutomaticRecipe, TakesSmallerCropsForADecoderThatNeedsMoreMemory) {
  const Machine small{.memory_bytes = 2'000'000'000};
  EXPECT_EQ(chosen(kFive, small).crop, 48);
  EXPECT_EQ(chosen(kFive, small, "", nn::Workload::kSegment).crop, 32);
}

TEST(TemplateSize, StaysTheRecipesWhereTheStoreIsOfItsShape) {
  const image::Size usual{240, 240, 155};
  EXPECT_EQ(template_size_for(kFive, "paper", usual, {96, 96, 96}), usual);
  EXPECT_EQ(template_size_for(kFive, "released", usual, {96, 96, 96}), usual);
}

TEST(TemplateSize, OfOtherStoresHoldsEveryStudyAndTheCrop) {
  const image::Size usual{240, 240, 155};
  const StoreFacts coarse{.studies = 3, .typical = {50, 60, 50}, .largest = {64, 73, 40}, .spacing_mm = 3};
  EXPECT_EQ(template_size_for(coarse, "paper", usual, {48, 48, 48}), (image::Size{64, 80, 48}));
  EXPECT_EQ(template_size_for(kFive, "tiny", usual, {48, 48, 48}), (image::Size{160, 192, 152}));
  StoreFacts whole_heads = kFive;
  whole_heads.largest = {180, 256, 256};
  EXPECT_EQ(template_size_for(whole_heads, "paper", usual, {96, 96, 96}), (image::Size{184, 256, 256}));
}

} // namespace
} // namespace brainmvp::pretrain
