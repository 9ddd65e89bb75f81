#include "runtime/precision.h"

#include <ATen/ops/matmul.h>
#include <ATen/ops/ones.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace brainmvp::train {
namespace {

TEST(Precision, AutocastLastsAsLongAsItsScope) {
  const at::Device cpu(at::kCPU);
  const at::Tensor ones = at::ones({4, 4});
  {
    const runtime::AutocastScope scope(runtime::Precision::kBfloat16, cpu);
    EXPECT_EQ(at::matmul(ones, ones).scalar_type(), at::kBFloat16);
  }
  EXPECT_EQ(at::matmul(ones, ones).scalar_type(), at::kFloat);
  const runtime::AutocastScope scope(runtime::Precision::kFloat32, cpu);
  EXPECT_EQ(at::matmul(ones, ones).scalar_type(), at::kFloat);
}

TEST(Precision, NamesAreCheckedAndAutoIsOneOfTheTwo) {
  const at::Device cpu(at::kCPU);
  EXPECT_EQ(runtime::choose_precision("fp32", cpu), runtime::Precision::kFloat32);
  EXPECT_EQ(runtime::choose_precision("bf16", cpu), runtime::Precision::kBfloat16);
  const std::string chosen = runtime::precision_name(runtime::choose_precision("auto", cpu));
  EXPECT_TRUE(chosen == "fp32" || chosen == "bf16");
  EXPECT_THROW(runtime::choose_precision("fp16", cpu), Error);
  EXPECT_THROW(runtime::choose_precision("tf32", cpu), Error) << "a CPU would compute in fp32 and record tf32";
}

TEST(Device, NamesAreCheckedAndAGpuMustBeThere) {
  EXPECT_TRUE(runtime::choose_device("cpu").is_cpu());
  for (const char* name : {"gpu", "cuda:", "cuda:x", "cuda:99", "cpu:0", ""}) {
    EXPECT_THROW(runtime::choose_device(name), Error) << name;
  }
}

} // namespace
} // namespace brainmvp::train
