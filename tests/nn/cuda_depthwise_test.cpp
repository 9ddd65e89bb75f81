// No GPU is needed: the kernels' source runs as C++ (cuda_shim.h), launched by the code that launches it on a GPU.
#include "nn/kernels/cuda_depthwise.h"

#include <gtest/gtest.h>
#include <torch/autograd.h>

#include <cstddef>
#include <limits>

#include "base/error.h"
#include "fake_cuda.h"
#include "nn/kernels/depthwise.h"

namespace brainmvp::nn {
namespace {

using torch::Tensor;

static_assert(sizeof(CudaExtent) == sizeof(device::Extent));
static_assert(offsetof(CudaExtent, height) == offsetof(device::Extent, height));
static_assert(offsetof(CudaExtent, channels) == offsetof(device::Extent, channels));
static_assert(kCudaThreads == device::kThreads && kCudaTile == device::kTile && kCudaDepths == device::kDepths);

class CudaDepthwiseTest : public testing::Test {
protected:
  CudaDepthwiseTest() { fake_cuda() = {}; }
  CudaDepthwise depthwise_{fake_driver(), fake_nvrtc()};
};

struct CudaCase {
  std::int64_t depth, height, width, channels, kernel;
  at::ScalarType storage;
};

class CudaDepthwiseArithmetic : public CudaDepthwiseTest, public testing::WithParamInterface<CudaCase> {};

Tensor taps_of_weight(const Tensor& weight) { return weight.squeeze(1).permute({1, 2, 3, 0}).contiguous(); }

TEST_P(CudaDepthwiseArithmetic, EqualsTheKernelOfTheCpuWithItsGradients) {
  torch::manual_seed(5);
  const auto [depth, height, width, channels, kernel, storage] = GetParam();
  const double tolerance = storage == at::kFloat ? 1e-5 : 1.0 / 128; // bfloat16 has 8 bits
  const Tensor x = torch::randn({2, depth, height, width, channels}).to(storage).requires_grad_();
  const Tensor weight = torch::randn({channels, 1, kernel, kernel, kernel}).requires_grad_();
  const Tensor bias = torch::randn({channels});
  const Tensor direction = torch::randn(x.sizes()).to(storage);
  const Tensor expected = depthwise_convolution(x, weight, bias);
  const auto gradients = torch::autograd::grad({expected}, {x, weight}, {direction});

  const at::NoGradGuard no_gradient;
  const Tensor y = depthwise_.convolve({}, x, taps_of_weight(weight), bias);
  const Tensor gx = depthwise_.convolve({}, direction, taps_of_weight(weight.flip({2, 3, 4})), Tensor());
  const Tensor gw = depthwise_.taps_gradient({}, x, direction, kernel);
  EXPECT_EQ(y.scalar_type(), storage);
  EXPECT_TRUE(at::allclose(y.to(at::kFloat), expected.to(at::kFloat), tolerance, 1e-4));
  EXPECT_TRUE(at::allclose(gx.to(at::kFloat), gradients[0].to(at::kFloat), tolerance, 1e-4));
  EXPECT_TRUE(at::allclose(gw, taps_of_weight(gradients[1]), 1e-5, 1e-3));
  EXPECT_EQ(fake_cuda().contexts, 0);
}

// Sizes below, at and beyond the tile of 4; channels that fill a block and that do not.
INSTANTIATE_TEST_SUITE_P(Shapes, CudaDepthwiseArithmetic,
                         testing::Values(CudaCase{3, 5, 7, 13, 3, at::kFloat}, CudaCase{3, 5, 7, 13, 5, at::kFloat},
                                         CudaCase{1, 1, 1, 1, 5, at::kFloat}, CudaCase{1, 9, 1, 1, 3, at::kFloat},
                                         CudaCase{6, 1, 10, 64, 5, at::kFloat}, CudaCase{4, 4, 8, 64, 3, at::kFloat},
                                         CudaCase{3, 5, 7, 13, 3, at::kBFloat16}, CudaCase{3, 5, 7, 13, 5, at::kBFloat16},
                                         CudaCase{1, 3, 1, 1, 3, at::kBFloat16}, CudaCase{5, 6, 9, 6, 5, at::kFloat},
                                         CudaCase{9, 5, 6, 6, 3, at::kBFloat16}, CudaCase{2, 9, 5, 64, 5, at::kBFloat16}));

TEST_F(CudaDepthwiseTest, StoresNotANumberAsOneAndRoundsTiesToEven) {
  const Tensor values = torch::tensor({std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), -0.0F,
                                       1.0F + 1.0F / 256, 1.0F + 3.0F / 256, 1.0F + 1.01F / 256});
  Tensor stored = at::empty_like(values, at::kBFloat16);
  for (std::int64_t i = 0; i < values.size(0); ++i) {
    device::narrow(values[i].item<float>(), static_cast<unsigned short*>(stored.mutable_data_ptr())[i]);
  }
  EXPECT_TRUE(at::allclose(stored, values.to(at::kBFloat16), 0, 0, true));
}

TEST_F(CudaDepthwiseTest, CompilesOnceForAKernelAStorageAndADevice) {
  const Tensor x = torch::randn({1, 2, 2, 2, 3});
  const Tensor taps = torch::randn({3, 3, 3, 3});
  int stream = 0;
  depthwise_.convolve({.device = 0, .stream = &stream}, x, taps, {});
  depthwise_.convolve({}, x, taps, {});
  depthwise_.taps_gradient({}, x, x, 3);
  EXPECT_EQ(fake_cuda().modules, 1);
  depthwise_.convolve({}, x.to(at::kBFloat16), taps, {});
  depthwise_.convolve({}, x, torch::randn({5, 5, 5, 3}), {});
  depthwise_.convolve({}, torch::randn({1, 2, 2, 2, 4}), torch::randn({3, 3, 3, 4}), {}); // pairs of channels
  depthwise_.convolve({.device = 1, .stream = &stream}, x, taps, {});
  EXPECT_EQ(fake_cuda().modules, 5);
  EXPECT_EQ(fake_cuda().stream, &stream);
  EXPECT_EQ(fake_cuda().image, "cubin");
  EXPECT_EQ(fake_cuda().options.back(), "--gpu-architecture=sm_90");
}

TEST_F(CudaDepthwiseTest, LeavesGpusThatTheCompilerDoesNotKnowToTheDriver) {
  fake_cuda().major = 12;
  depthwise_.convolve({}, torch::randn({1, 2, 2, 2, 3}), torch::randn({3, 3, 3, 3}), {});
  EXPECT_EQ(fake_cuda().options.back(), "--gpu-architecture=compute_90");
  EXPECT_EQ(fake_cuda().image, "ptx");
}

TEST_F(CudaDepthwiseTest, ErrorsSayWhatFailed) {
  const Tensor x = torch::randn({1, 2, 2, 2, 3});
  const Tensor taps = torch::randn({3, 3, 3, 3});
  const auto failure = [&] {
    try {
      depthwise_.convolve({}, x, taps, {});
    } catch (const Error& error) {
      return error;
    }
    return Error(ExitCode::kDone, "");
  };
  fake_cuda().compile_code = 6;
  EXPECT_EQ(failure().code(), ExitCode::kInternal);
  EXPECT_NE(failure().message().find("line 7"), std::string::npos) << failure().message();
  fake_cuda().compile_code = 0;
  fake_cuda().launch_code = 2;
  EXPECT_EQ(failure().code(), ExitCode::kOutOfResources);
  fake_cuda().launch_code = 701;
  EXPECT_EQ(failure().code(), ExitCode::kInternal);
  EXPECT_NE(failure().message().find("launching the depthwise convolution: the driver's own words"), std::string::npos);
  EXPECT_EQ(fake_cuda().contexts, 0);
  fake_cuda().launch_code = 0;
  EXPECT_EQ(failure().code(), ExitCode::kDone);
}

TEST(CudaPlan, HasAsManyBlocksAsItsKernelsNeed) {
  const CudaPlan plan = plan_cuda({.batch = 2, .depth = 48, .height = 48, .width = 48, .channels = 64}, 5, 2);
  EXPECT_EQ(plan.convolve_blocks, 2u * 48 * 12 * 12 * 32 / 256); // tiles of 32 pairs of channels
  EXPECT_EQ(plan.gradient_parts, 576);                           // of two strips each
  EXPECT_EQ(plan.gradient_blocks, 576u * 5 * 32 / 256);
  const CudaPlan odd = plan_cuda({.batch = 1, .depth = 5, .height = 5, .width = 5, .channels = 7}, 3, 1);
  EXPECT_EQ(odd.convolve_blocks, 1u); // 8 planes of 2 x 2 tiles of 7 channels: 224 threads
  EXPECT_EQ(odd.gradient_parts, 10);
}

TEST(CudaPlan, KeepsThePartsOfAGradientSmall) {
  const CudaPlan plan = plan_cuda({.batch = 8, .depth = 64, .height = 64, .width = 64, .channels = 512}, 5, 2);
  EXPECT_EQ(plan.gradient_parts, (8 << 20) / (125 * 512));
  EXPECT_EQ(plan_cuda({.batch = 1, .depth = 1, .height = 1, .width = 1, .channels = 1 << 20}, 3, 2).gradient_parts, 1);
}

TEST(CudaPlan, RefusesWhatItsIndicesCannotReach) {
  EXPECT_THROW(plan_cuda({.batch = 1, .depth = 1, .height = 1, .width = 1 << 20, .channels = 1 << 12}, 3, 2), Error);
  EXPECT_THROW(plan_cuda({.batch = 1, .depth = 1, .height = 1, .width = 1, .channels = 1 << 28}, 5, 2), Error);
}

} // namespace
} // namespace brainmvp::nn
