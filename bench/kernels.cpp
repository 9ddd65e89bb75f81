// Kernels of a UniFormer-small step at 96^3 with two views, ours and ATen's: build/release/bin/bench_kernels
#include <benchmark/benchmark.h>

#include <ATen/ops/ones.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/zeros.h>
#include <torch/autograd.h>

#include <array>

#include "nn/kernels/cube_convolution.h"
#include "nn/kernels/depthwise.h"
#include "nn/kernels/execution.h"
#include "nn/kernels/token_layers.h"

namespace brainmvp::nn {
namespace {

using torch::Tensor;

struct Stage {
  std::int64_t side, width;
  Norm::Kind norm;
};

constexpr std::array<Stage, 4> kStages{
    {{48, 64, Norm::Kind::kBatch}, {24, 128, Norm::Kind::kBatch}, {12, 320, Norm::Kind::kLayer}, {6, 512, Norm::Kind::kLayer}}};

// Arguments: stage, and 1 for ATen's operators.
Stage stage_of(const benchmark::State& state) { return kStages.at(static_cast<std::size_t>(state.range(0))); }

ExecutionScope kernels_of(const benchmark::State& state) {
  return ExecutionScope({.kernels = state.range(1) == 0 ? Kernels::kFused : Kernels::kAten});
}

// [2, side, side, side, width], in the layout that the kernels want.
Tensor activations(const benchmark::State& state) {
  const auto [side, width, norm] = stage_of(state);
  const Tensor x = state.range(1) == 0 ? at::rand({2, side, side, side, width})
                                       : at::rand({2, width, side, side, side}).permute({0, 2, 3, 4, 1});
  return x.detach().requires_grad_();
}

template <class Forward>
void run(benchmark::State& state, const Tensor& x, const Forward& forward) {
  const Tensor direction = forward().detach();
  for (auto _ : state) {
    x.mutable_grad() = Tensor();
    forward().backward(direction);
  }
}

void depthwise(benchmark::State& state) {
  const ExecutionScope scope = kernels_of(state);
  const std::int64_t width = stage_of(state).width, kernel = state.range(2);
  const Tensor x = activations(state);
  const Tensor weight = at::rand({width, 1, kernel, kernel, kernel}).requires_grad_();
  const Tensor bias = at::rand({width}).requires_grad_();
  run(state, x, [&] { return depthwise_convolution(x, weight, bias); });
}

void mlp_with_norm(benchmark::State& state) {
  const ExecutionScope scope = kernels_of(state);
  const auto [side, width, kind] = stage_of(state);
  const Tensor x = activations(state);
  const Norm norm{.kind = kind,
                  .epsilon = 1e-5,
                  .weight = at::ones({width}).requires_grad_(),
                  .bias = at::zeros({width}).requires_grad_(),
                  .running_mean = at::zeros({width}),
                  .running_var = at::ones({width}),
                  .is_training = true};
  const TokenLayers layers{.norm = norm,
                           .weight1 = at::rand({4 * width, width}).requires_grad_(),
                           .bias1 = at::rand({4 * width}).requires_grad_(),
                           .weight2 = at::rand({width, 4 * width}).requires_grad_(),
                           .bias2 = at::rand({width}).requires_grad_(),
                           .addend = x};
  run(state, x, [&] { return token_layers(x, layers); });
}

void linear(benchmark::State& state) {
  const ExecutionScope scope = kernels_of(state);
  const std::int64_t width = stage_of(state).width;
  const Tensor x = activations(state);
  const TokenLayers layers{.weight1 = at::rand({width, width}).requires_grad_(), .bias1 = at::rand({width}).requires_grad_()};
  run(state, x, [&] { return token_layers(x, layers); });
}

// The 3^3 convolutions of decoders, with their arithmetic in GFLOP/s.
void cubes(benchmark::State& state) {
  const ExecutionScope scope({.kernels = state.range(3) == 0 ? Kernels::kFused : Kernels::kAten});
  const std::int64_t side = state.range(0), in = state.range(1), out = state.range(2);
  const Tensor x = at::rand({1, side, side, side, in}).requires_grad_();
  const Tensor weight = at::rand({out, in, 3, 3, 3}).requires_grad_();
  run(state, x, [&] { return convolve_cubes(x, weight); });
  constexpr double kProducts = 3 * 2 * 27 * 1e-9; // forward and two gradients
  state.counters["GFLOP/s"] = benchmark::Counter(kProducts * static_cast<double>(side * side * side * in * out),
                                                 benchmark::Counter::kIsIterationInvariantRate);
}

BENCHMARK(cubes)
    ->ArgsProduct({{96}, {128}, {64}, {0, 1}})
    ->ArgsProduct({{48}, {128}, {64}, {0, 1}})
    ->ArgsProduct({{24}, {256}, {128}, {0, 1}})
    ->ArgsProduct({{12, 6}, {640}, {320}, {0, 1}})
    ->ArgsProduct({{32, 16, 8, 4}, {64}, {32}, {0, 1}})
    ->ArgNames({"side", "in", "out", "aten"})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK(depthwise)
    ->ArgsProduct({{0, 1, 2, 3}, {0, 1}, {3}})
    ->ArgsProduct({{0, 1}, {0, 1}, {5}})
    ->ArgNames({"stage", "aten", "kernel"})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK(mlp_with_norm)
    ->ArgsProduct({{0, 1, 2, 3}, {0, 1}})
    ->ArgNames({"stage", "aten"})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK(linear)->ArgsProduct({{0, 1, 2, 3}, {0, 1}})->ArgNames({"stage", "aten"})->Unit(benchmark::kMillisecond)->UseRealTime();

} // namespace
} // namespace brainmvp::nn
