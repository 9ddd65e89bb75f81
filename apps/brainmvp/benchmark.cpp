// brainmvp benchmark: compares pre-trainings over tasks, label fractions and seeds, as a plan says.
#include "benchmark/run.h"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/machine.h"
#include "base/own_files.h"
#include "base/program_path.h"
#include "command.h"
#include "input_kind.h"
#include "settings_options.h"
#include "simulate/anatomy.h"

namespace brainmvp::app {
namespace fs = std::filesystem;
namespace {

struct BenchmarkArguments {
  std::string plan;
  std::string output;
  std::vector<std::string> data; // NAME=FOLDER
  std::string anatomy;
  std::size_t jobs = 0;
  std::size_t threads = 1;
  bool dry_run = false;
};

benchmark::Places places_of(const BenchmarkArguments& arguments) {
  benchmark::Places places;
  for (const std::string& word : arguments.data) {
    const std::size_t sign = word.find('=');
    if (sign == std::string::npos || sign == 0) {
      throw Error(ExitCode::kUsage, "--data " + word + ": expected NAME=FOLDER");
    }
    const fs::path folder = word.substr(sign + 1);
    check_input(folder, {"--data", "a folder of images", {InputKind::kFolder}});
    places.data[word.substr(0, sign)] = fs::absolute(folder);
  }
  if (arguments.anatomy == simulate::kDrawnAnatomy) {
    places.anatomy = arguments.anatomy;
  } else if (!arguments.anatomy.empty()) {
    check_input(arguments.anatomy, {"--anatomy", "a folder of label maps", {InputKind::kFolder}});
    places.anatomy = fs::absolute(arguments.anatomy);
  }
  return places;
}

void run_benchmark(const BenchmarkArguments& arguments) {
  benchmark::Options options{.plan = arguments.plan,
                             .folder = fs::absolute(arguments.output),
                             .program = path_of_program(),
                             .places = places_of(arguments),
                             .jobs = arguments.jobs,
                             .threads = arguments.threads,
                             .dry_run = arguments.dry_run};
  if (options.jobs == 0) {
    options.jobs = std::max<std::size_t>(1, processor_count() / options.threads);
  }
  std::vector<fs::path> inputs{options.plan};
  if (options.places.anatomy != simulate::kDrawnAnatomy) {
    inputs.push_back(options.places.anatomy);
  }
  std::ranges::transform(options.places.data, std::back_inserter(inputs), [](const auto& one) { return one.second; });
  refuse_output_above(options.folder, inputs);
  catch_interrupts();
  const benchmark::Outcome outcome = benchmark::run_benchmark(options);
  std::cout << outcome.text;
  if (!outcome.failures.empty()) {
    throw Error(ExitCode::kBadInput, outcome.failures);
  }
}

} // namespace

Command add_benchmark(CLI::App& program, CommonOptions& common) {
  CLI::App* command =
      program.add_subcommand("benchmark", "Compare pre-trainings over tasks, numbers of labelled patients and seeds");
  const auto arguments = std::make_shared<BenchmarkArguments>();
  command->add_option("PLAN", arguments->plan, "TOML file that says what is compared")->required()->type_name("FILE");
  command
      ->add_option("-o,--output", arguments->output,
                   "Folder for all that is made; the same command goes on where it stopped, and several share it")
      ->required()
      ->type_name("DIR");
  command->add_option("--data", arguments->data, "Folder of a data set that the plan names; may be repeated")
      ->type_name("NAME=FOLDER")
      ->allow_extra_args(false);
  command
      ->add_option("--anatomy", arguments->anatomy,
                   "Folder of label maps for simulated patients, some of them for the test only, or drawn; otherwise the "
                   "program's own maps")
      ->type_name("DIR");
  command->add_flag("--dry-run", arguments->dry_run,
                    "Run nothing but a few steps and patients, and say what the plan costs: cells, steps, voxels, hours, disk");
  auto settings = std::make_shared<settings::Settings>();
  settings->add(
      "run", {{.name = "jobs", .slot = arguments->jobs, .help = "Cells at a time; 0: as many as the processors have threads for"},
              {.name = "threads", .slot = arguments->threads, .help = "Threads of each cell", .range = settings::at_least(1)}});
  settings = add_common_options(*command, common, {}, settings);
  return {command, [arguments] { run_benchmark(*arguments); }, {}, settings};
}

} // namespace brainmvp::app
