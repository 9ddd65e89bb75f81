#include "bench/networks.h"

#include <ATen/ops/rand.h>
#include <ATen/ops/randint.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <numeric>
#include <optional>

#include "base/allocator.h"
#include "base/machine.h"
#include "bench/device.h"
#include "bench/flops.h"
#include "bench/peak.h"
#include "bench/timing.h"
#include "finetune/losses.h"
#include "image/windows.h"
#include "infer/sliding_window.h"
#include "nn/kernels/depthwise.h"
#include "nn/kernels/execution.h"
#include "objectives/brainmvp/proxy_tasks.h"
#include "objectives/brainmvp/template_bank.h"
#include "runtime/block_cache.h"
#include "runtime/precision.h"
#include "runtime/to_device.h"
#include "train/adamw.h"

namespace brainmvp::bench {
namespace {

using torch::Tensor;
using Sides = std::array<std::int64_t, 3>;

// What is timed, in a precision, and its arithmetic.
struct Workload {
  std::string name;
  std::function<void(runtime::Precision)> run;
  double flops = 0;     // 0: not counted
  bool warms_up = true; // a first call, not counted, makes the optimizer's state and warms caches
};

struct Timing {
  double seconds = 0;
  std::uint64_t peak_memory = 0;
  std::uint64_t peak_gpu_memory = 0;
};

Timing time_workload(const Workload& workload, runtime::Precision precision, std::size_t repetitions, const at::Device& device) {
  const auto run = [&] {
    workload.run(precision);
    wait_for(device);
  };
  if (workload.warms_up || device.is_cuda()) { // libraries choose their algorithms at first
    run();
  }
  reset_peak_resident_memory();
  reset_peak_gpu_memory(device);
  return {.seconds = median_seconds(repetitions, run),
          .peak_memory = peak_resident_memory(),
          .peak_gpu_memory = peak_gpu_memory(device)};
}

double time_baseline(const Workload& workload, const at::Device& device) {
  return_freed_memory();
  runtime::set_gpu_arithmetic(device, runtime::GpuArithmetic::kOfLibraries);
  const nn::ExecutionScope plain({.kernels = nn::Kernels::kAten});
  const double seconds = time_workload(workload, runtime::Precision::kFloat32, 1, device).seconds;
  runtime::set_gpu_arithmetic(device, runtime::GpuArithmetic::kRepeatable);
  return seconds;
}

std::vector<Result> compare(const Workload& workload, const NetworkBenchOptions& options) {
  const double baseline_seconds = options.with_baseline ? time_baseline(workload, options.device) : 0;
  keep_freed_memory();
  runtime::keep_large_blocks();
  std::vector<Result> results;
  for (const std::string& name : options.precisions) {
    const runtime::Precision precision = runtime::choose_precision(name, options.device);
    const nn::ExecutionScope ours({.checkpoints_activations = options.checkpoints_activations});
    const Timing timing = time_workload(workload, precision, options.repetitions, options.device);
    Result result{.name = workload.name,
                  .precision = name,
                  .seconds = timing.seconds,
                  .baseline_seconds = baseline_seconds,
                  .peak_rss_bytes = timing.peak_memory,
                  .peak_gpu_bytes = timing.peak_gpu_memory};
    if (workload.flops > 0) {
      result.gflops = workload.flops * 1e-9 / timing.seconds;
      result.peak_share = *result.gflops / matrix_product_gflops(name, options.device);
    }
    results.push_back(result);
  }
  return results;
}

Sides cube(std::int64_t side) { return {side, side, side}; }

// count(sizes) of a UniFormer; 0 for the UNet, whose arithmetic is not counted.
double flops_of(const NetworkBenchOptions& options, std::int64_t channels,
                const std::function<double(const nn::UniFormerOptions&)>& count) {
  const std::optional<nn::UniFormerOptions> sizes = nn::uniformer_options(options.network, channels);
  return sizes ? count(*sizes) : 0;
}

// Grid of the templates, as large as the crop at least.
Sides template_grid(std::int64_t crop) {
  return {std::max<std::int64_t>(240, crop), std::max<std::int64_t>(240, crop), std::max<std::int64_t>(155, crop)};
}

// Draws of a step on random images, the same at every call but for the modalities.
struct PretrainingCase {
  objectives::ProxyBatch batch;
  objectives::ProxyDraws draws;
};

PretrainingCase pretraining_case(const NetworkBenchOptions& options) {
  constexpr std::int64_t kBlock = 8;
  constexpr std::int64_t kOneIn = 5; // blocks that stay visible
  const std::int64_t side = options.crop;
  const Sides grid = template_grid(side);
  PretrainingCase result;
  result.batch.images = at::rand({options.batch_size, 4, side, side, side}, options.device);
  std::vector<std::int64_t> kept((side / kBlock) * (side / kBlock) * (side / kBlock) / kOneIn);
  for (std::size_t i = 0; i < kept.size(); ++i) {
    kept[i] = static_cast<std::int64_t>(i) * kOneIn;
  }
  for (std::int64_t b = 0; b < options.batch_size; ++b) {
    result.batch.template_rows.push_back({});
    result.batch.template_starts.push_back({(grid[0] - side) / 2, (grid[1] - side) / 2, (grid[2] - side) / 2});
    result.draws.target_channel.push_back(b % 4);
    result.draws.source_channel.push_back((b + 1) % 4);
    result.draws.kept_blocks_view1.push_back(kept);
    result.draws.kept_blocks_view2.push_back(kept);
  }
  return result;
}

// As in a training, one modality after another is the target, so that templates wait for their turns.
void take_modalities(objectives::ProxyBatch& batch, std::int64_t first) {
  for (std::vector<std::int64_t>& rows : batch.template_rows) {
    rows = {first % 8, (first + 1) % 8, (first + 2) % 8, (first + 3) % 8};
  }
}

} // namespace

std::vector<Result> bench_step(const NetworkBenchOptions& options) {
  constexpr double kLearningRate = 3e-4;
  const Sides grid = template_grid(options.crop);
  const Tensor templates = at::rand({8, grid[0], grid[1], grid[2]}, options.device).requires_grad_();
  const auto network = nn::make_network(options.network);
  network->to(options.device);
  NamedTensors parameters = nn::parameters_of(*network);
  parameters.insert(parameters.begin(), {objectives::kBankTensor, templates});
  train::AdamW optimizer(parameters, {});
  PretrainingCase batch = pretraining_case(options);
  std::int64_t first_modality = 0;
  const auto run = [&](runtime::Precision precision) {
    optimizer.clear_gradients();
    take_modalities(batch.batch, first_modality++);
    optimizer.settle(templates, objectives::target_rows(batch.batch, batch.draws));
    objectives::ProxyLosses losses;
    {
      const runtime::AutocastScope autocast(precision, options.device);
      losses = objectives::proxy_losses(*network, templates, batch.batch, batch.draws, {}, 8);
    }
    losses.total.backward();
    optimizer.step(kLearningRate);
  };
  const double views = 2 * static_cast<double>(options.batch_size);
  return compare(
      {.name = "step " + options.network + " " + std::to_string(options.crop),
       .run = run,
       .flops =
           flops_of(options, 1, [&](const auto& sizes) { return 3 * views * reconstruction_flops(sizes, cube(options.crop)); })},
      options);
}

std::vector<Result> bench_segment(const NetworkBenchOptions& options) {
  constexpr std::int64_t kOutputs = 3;
  constexpr double kLearningRate = 3e-4;
  const std::int64_t side = options.crop;
  const auto network = nn::make_segmentation_network(options.network, options.channels, kOutputs);
  network->to(options.device);
  const NamedTensors parameters = nn::parameters_of(*network);
  train::AdamW optimizer(parameters, {.decoupled = false});
  const Tensor images = at::rand({options.batch_size, options.channels, side, side, side}, options.device);
  const Tensor target = at::randint(2, {options.batch_size, kOutputs, side, side, side}, images.options());
  const auto run = [&](runtime::Precision precision) {
    optimizer.clear_gradients();
    nn::Segmentation output;
    {
      const runtime::AutocastScope autocast(precision, options.device);
      output = network->forward(images);
    }
    finetune::supervised_loss(output, target, /*exclusive=*/false).backward();
    optimizer.step(kLearningRate);
  };
  return compare({.name = "segment " + options.network + " " + std::to_string(side),
                  .run = run,
                  .flops = flops_of(options, options.channels,
                                    [&](const auto& sizes) {
                                      return 3 * static_cast<double>(options.batch_size) *
                                             segmentation_flops(sizes, kOutputs, cube(side));
                                    })},
                 options);
}

std::vector<Result> bench_predict(const NetworkBenchOptions& options) {
  constexpr std::int64_t kOutputs = 3;
  const Sides size{140, 170, 140};
  const auto side = static_cast<std::size_t>(options.crop);
  const infer::SlidingOptions sliding{.window = {side, side, side}, .overlap = 0.5};
  const auto network = nn::make_segmentation_network(options.network, options.channels, kOutputs);
  network->to(options.device);
  network->eval();
  const Tensor volume = at::rand({options.channels, size[0], size[1], size[2]});
  double windows = 1;
  for (const std::int64_t length : size) {
    windows *= static_cast<double>(image::window_starts(static_cast<std::size_t>(length), side, sliding.overlap).size());
  }
  const auto run = [&](runtime::Precision precision) {
    const at::NoGradGuard no_gradient;
    infer::slide(volume, kOutputs, sliding, [&](const Tensor& tile) {
      const runtime::AutocastScope autocast(precision, options.device);
      return network->forward(runtime::to_device(tile, options.device)).logits;
    });
  };
  return compare(
      {.name = "predict " + options.network + " 140x170x140",
       .run = run,
       .flops = flops_of(options, options.channels,
                         [&](const auto& sizes) { return windows * segmentation_flops(sizes, kOutputs, cube(options.crop)); }),
       .warms_up = false},
      options);
}

std::vector<Result> bench_depthwise(const NetworkBenchOptions& options) {
  constexpr std::int64_t kChannels = 64;
  constexpr std::int64_t kViews = 2;
  const std::int64_t side = options.crop / 2;
  const Tensor weight = at::rand({kChannels, 1, 5, 5, 5}, options.device).requires_grad_();
  const Tensor bias = at::rand({kChannels}, options.device).requires_grad_();
  const Tensor values = at::rand({kViews, kChannels, side, side, side}, options.device);
  const Tensor plain = values.permute({0, 2, 3, 4, 1}).detach().requires_grad_(); // contiguous channels first
  const Tensor ours = plain.contiguous().detach().requires_grad_();
  const auto run = [&](runtime::Precision precision) {
    const runtime::AutocastScope autocast(precision, options.device);
    const bool is_plain = nn::current_execution().kernels == nn::Kernels::kAten;
    const Tensor y = nn::depthwise_convolution(is_plain ? plain : ours, weight, bias);
    y.backward(is_plain ? plain.detach() : ours.detach().to(y.scalar_type()));
  };
  return compare({.name = "depthwise 5^3 " + std::to_string(kChannels) + " channels " + std::to_string(side),
                  .run = run,
                  .flops = 3 * kViews * depthwise_flops(kChannels, 5, cube(side))},
                 options);
}

} // namespace brainmvp::bench
