// brainmvp bench: how fast this machine trains, predicts, prepares and loads, each beside its baseline.
#include <iostream>
#include <memory>

#include "bench/suite.h"
#include "command.h"
#include "runtime/precision.h"

namespace brainmvp::app {
namespace {

struct BenchOptions {
  std::vector<std::string> names;
  std::string precision = "auto";
  bench::NetworkBenchOptions network;
  bool as_json = false;
  bool without_baseline = false;
};

void run_benchmarks(BenchOptions options, const CommonOptions& common) {
  options.network.device = runtime::choose_device(runtime::resolve_device(common.device));
  options.network.with_baseline = !options.without_baseline;
  const std::vector<std::string> names = options.names.empty() ? bench::bench_names() : options.names;
  const bench::Report report = bench::run_bench(names, options.precision, common.thread_count(), options.network);
  std::cout << (options.as_json ? bench::to_json(report) + "\n" : bench::to_table(report));
}

} // namespace

Command add_bench(CLI::App& program, CommonOptions& common) {
  CLI::App* command = program.add_subcommand("bench", "Time kernels, training, prediction, preparation and loading");
  const auto options = std::make_shared<BenchOptions>();
  command->add_option("NAME", options->names, "step, depthwise, segment, predict, prepare, load; all by default");
  command->add_flag("--json", options->as_json, "Print JSON instead of a table");
  command->add_option("--network", options->network.network, "Network of step, segment and predict")->capture_default_str();
  command->add_option("--crop", options->network.crop, "Side of the crop in voxels, a multiple of 16")
      ->capture_default_str()
      ->check(CLI::Range(16, 512));
  command->add_option("--batch-size", options->network.batch_size, "Samples of a step")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  command->add_option("--repetitions", options->network.repetitions, "Timed calls, of which the median counts")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  command
      ->add_option("--precision", options->precision, "fp32, tf32 (GPUs), bf16, or auto: fp32 and bf16 where the device has it")
      ->capture_default_str()
      ->check(CLI::IsMember({"fp32", "tf32", "bf16", "auto"}));
  command->add_flag("--no-baseline", options->without_baseline, "Leave the baselines of networks and kernels out");
  command->add_flag("--checkpoint-activations", options->network.checkpoints_activations,
                    "Compute blocks again in the backward pass instead of keeping their activations");
  command->add_option("--device", common.device, "cpu, cuda, cuda:N or auto, for networks and kernels")->capture_default_str();
  const auto settings = add_common_options(*command, common, {.threads = true});
  return {command, [options, &common] { run_benchmarks(*options, common); }, "use a smaller --crop, --batch-size or --network",
          settings};
}

} // namespace brainmvp::app
