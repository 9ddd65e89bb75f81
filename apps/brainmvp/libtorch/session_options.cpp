#include "libtorch/session_options.h"

#include <algorithm>
#include <filesystem>

#include "base/interrupt.h"
#include "base/log.h"
#include "base/machine.h"
#include "base/text.h"
#include "input_kind.h"
#include "parallel/launch.h"
#include "runtime/precision.h"
#include "settings_options.h"
#include "store/verify.h"
#include "train/run_folder.h"

namespace brainmvp::app {

void add_run_folder(CLI::App& command, train::SessionOptions& session) {
  command.add_option("-o,--output", session.folder, "Folder of the run")->required()->type_name("RUN")->group("Output");
  CLI::Option* resume = command.add_flag("--resume", session.resume, "Continue the run from its last checkpoint, bit for bit");
  resume->group("Output")->excludes("--force");
  command
      .add_option("--stop-after", session.stop_after,
                  "Stop with a checkpoint when the run has N steps; the schedule stays that of --steps")
      ->type_name("N")
      ->group("Output");
}

void check_places(const train::SessionOptions& session, bool force, const std::filesystem::path& store,
                  const std::string& command) {
  if (!session.resume) {
    train::refuse_existing_run(session.folder, force);
  }
  check_input(store, {command, "a store, the folder that brainmvp prepare wrote", {InputKind::kStore}});
}

void check_init(const std::filesystem::path& init, const std::vector<std::string>& shipped) {
  if (init.empty() || std::ranges::count(shipped, init.string()) > 0) {
    return;
  }
  check_input(init, {"--init",
                     shipped.empty() ? "a run or a checkpoint"
                                     : "a run, a checkpoint, or weights that come with the program: " + join(shipped, ", "),
                     {InputKind::kPretraining, InputKind::kFinetuning, InputKind::kCheckpoint, InputKind::kFolder}});
}

void add_verify_option(CLI::App& command, bool& verify) {
  command.add_flag("--verify-store", verify, "Compare every file of the store with its hash before training")->group("Input");
}

void verify_before_training(const train::SessionOptions& session, const std::filesystem::path& store) {
  catch_interrupts();
  log::info("comparing every file of " + store.string() + " with its hash");
  store::verify_store(store, session.threads);
}

bool restore_settings(settings::Settings& settings, train::SessionOptions& session) {
  if (parallel::read_launch().attempt > 0) { // torchrun starts the ranks again with the same words
    session.resume = true;
  }
  const std::filesystem::path earlier = session.folder / train::kConfigName;
  const bool found = session.resume && std::filesystem::exists(earlier);
  if (found) {
    read_settings(settings, earlier.string());
  }
  return found;
}

void finish_session(const settings::Settings& settings, CommonOptions& common, train::SessionOptions& session) {
  const parallel::Launch launch = parallel::read_launch();
  common.device = runtime::resolve_device(common.device, launch.local_size, launch.rank == 0);
  session.config = settings.toml();
  session.program_version = BRAINMVP_VERSION;
  session.force = common.force && !session.resume;
  session.threads = common.threads > 0 ? common.threads : processor_count(static_cast<std::size_t>(launch.local_size));
  session.seed = common.seed;
  session.device = common.device;
  session.precision = common.precision;
  session.kernels = common.kernels;
}

} // namespace brainmvp::app
