#include <memory>

#include "base/own_files.h"
#include "command.h"
#include "libtorch/session_options.h"
#include "parallel/launch.h"
#include "pretrain/automatic.h"
#include "pretrain/run.h"
#include "runtime/precision.h"
#include "settings_options.h"

namespace brainmvp::app {
namespace {

struct PretrainArguments {
  pretrain::RunOptions run;
  bool verify_store = false;
};

void run_pretrain(settings::Settings& settings, PretrainArguments& arguments, CommonOptions& common) {
  pretrain::RunOptions& run = arguments.run;
  restore_settings(settings, run.session);
  check_places(run.session, common.force, run.store, "pretrain");
  check_init(run.init);
  settings.keep_owner(run.objective, "--objective " + run.objective);
  const parallel::Launch launch = parallel::read_launch();
  common.device = runtime::resolve_device(common.device, launch.local_size, launch.rank == 0);
  pretrain::fill_from_store(settings, run, common.device != "cpu", launch.rank == 0);
  finish_session(settings, common, run.session);
  if (!run.session.resume) {
    refuse_output_above(run.session.folder, {run.store, run.init});
  }
  if (arguments.verify_store) {
    verify_before_training(run.session, run.store);
  }
  pretrain::run_pretraining(run);
}

} // namespace

Command add_pretrain(CLI::App& program, CommonOptions& common) {
  CLI::App* command = program.add_subcommand("pretrain", "Pre-train a network and templates on a store");
  const auto settings =
      add_common_options(*command, common, {.force = true, .config = true, .threads = true, .seed = true, .device = true});
  const auto arguments = std::make_shared<PretrainArguments>();
  command->add_option("STORE", arguments->run.store, "Folder that `brainmvp prepare` wrote")->required()->group("Input");
  add_verify_option(*command, arguments->verify_store);
  add_run_folder(*command, arguments->run.session);
  arguments->run.recipe = train::kAutomatic;
  pretrain::add_settings(*settings, arguments->run);
  add_setting_options(*command, *settings);
  return {command, [settings, arguments, &common] { run_pretrain(*settings, *arguments, common); }, pretrain::kMemoryRelief,
          settings};
}

} // namespace brainmvp::app
