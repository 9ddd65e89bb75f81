#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/own_files.h"
#include "command.h"
#include "finetune/automatic.h"
#include "finetune/run.h"
#include "libtorch/session_options.h"
#include "model/head.h"
#include "parallel/launch.h"
#include "runtime/precision.h"
#include "settings_options.h"
#include "study/task.h"
#include "train/shipped_weights.h"

namespace brainmvp::app {
namespace {

struct FinetuneArguments {
  finetune::RunOptions run;
  bool verify_store = false;
};

void add_places(CLI::App& command, FinetuneArguments& arguments) {
  finetune::RunOptions& run = arguments.run;
  command.add_option("STORE", run.store, "Folder that `brainmvp prepare` wrote")->required()->group("Input");
  command
      .add_option(
          "--init", run.init,
          "Run folder or checkpoint (.pt, .safetensors) whose encoder and templates to start from, weights that come with "
          "the program (brainmvp-tiny-sim), or scratch")
      ->required()
      ->type_name("CHECKPOINT|NAME|scratch")
      ->group("Input");
  add_verify_option(command, arguments.verify_store);
  add_run_folder(command, run.session);
}

// What a task says, where the user does not. Its sizes are for a GPU.
void fill_from_task(settings::Settings& settings, finetune::RunOptions& run, bool with_sizes) {
  static const std::set<std::string> sizes{"crop", "epochs", "steps"};
  const study::Task task = study::task(run.task_name);
  if (task.kind_name() != run.task) {
    throw Error(ExitCode::kUsage, "--task " + run.task_name + " is for finetune " + task.kind_name());
  }
  run.table = task.table;
  run.reference = task.reference;
  with_context("--task " + run.task_name, [&] {
    settings.fill("channels", {task.channels.begin(), task.channels.end()});
    for (const auto& [name, values] : task.settings) {
      if (with_sizes || !sizes.contains(name)) {
        settings.fill(name, values);
      }
    }
  });
}

void fill_defaults(settings::Settings& settings, finetune::RunOptions& run, const finetune::Start& start, bool gpu, bool tell) {
  const bool automatic = run.recipe == train::kAutomatic;
  if (!run.task_name.empty()) {
    fill_from_task(settings, run, gpu || !automatic);
  }
  if (automatic) {
    finetune::fill_from_store(settings, run, start, gpu, tell);
  } else {
    settings.fill_recipe(run.recipe);
  }
  settings.fill_recipe(run.augmentation_set);
  if (run.init == finetune::kScratch) {
    settings.fill("network", {run.scratch_network});
  }
}

void run_finetune(settings::Settings& settings, FinetuneArguments& arguments, CommonOptions& common) {
  finetune::RunOptions& run = arguments.run;
  if (restore_settings(settings, run.session)) {
    settings.fill("decay", {"coupled"}); // of runs that are older than the setting
  }
  check_places(run.session, common.force, run.store, "finetune");
  check_init(run.init == finetune::kScratch ? "" : run.init, train::shipped_weights());
  const parallel::Launch launch = parallel::read_launch();
  common.device = runtime::resolve_device(common.device, launch.local_size, launch.rank == 0);
  finetune::Start start = finetune::read_start(run.init);
  fill_defaults(settings, run, start, common.device != "cpu", launch.rank == 0);
  finish_session(settings, common, run.session);
  if (!run.session.resume) {
    refuse_output_above(run.session.folder, {run.store, run.init});
  }
  if (arguments.verify_store) {
    verify_before_training(run.session, run.store);
  }
  finetune::run_finetuning(run, std::move(start));
}

Command add_head(CLI::App& parent, CommonOptions& common, const model::Head& head) {
  CLI::App* command = parent.add_subcommand(head.name, head.sentence);
  const auto settings =
      add_common_options(*command, common, {.force = true, .config = true, .threads = true, .seed = true, .device = true});
  const auto arguments = std::make_shared<FinetuneArguments>();
  arguments->run.task = head.name;
  arguments->run.recipe = train::kAutomatic;
  add_places(*command, *arguments);
  finetune::add_settings(*settings, arguments->run);
  add_setting_options(*command, *settings);
  return {command, [settings, arguments, &common] { run_finetune(*settings, *arguments, common); }, finetune::kMemoryRelief,
          settings};
}

} // namespace

std::vector<Command> add_finetune(CLI::App& program, CommonOptions& common) {
  CLI::App* parent =
      program.add_subcommand("finetune", "Train a segmentation, a classification or a regression from a pre-trained encoder");
  parent->require_subcommand(1);
  std::vector<Command> commands;
  for (const model::Head& head : model::heads()) {
    commands.push_back(add_head(*parent, common, head));
  }
  return commands;
}

} // namespace brainmvp::app
