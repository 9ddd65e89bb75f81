#include "session_options.h"

#include <filesystem>

#include "base/interrupt.h"
#include "base/log.h"
#include "base/machine.h"
#include "input_kind.h"
#include "nn/networks/initialisation.h"
#include "parallel/launch.h"
#include "store/verify.h"
#include "train/run_folder.h"

namespace brainmvp::app {

void add_run_folder(CLI::App& command, train::SessionOptions& session) {
  command.add_option("-o,--output", session.folder, "Folder of the run")->required()->type_name("RUN")->group("Output");
  CLI::Option* resume = command.add_flag("--resume", session.resume, "Go on with the run from its last checkpoint, to the bit");
  resume->group("Output")->excludes("--force");
  command
      .add_option("--stop-after", session.stop_after, "End in order when the run has N steps; the schedule stays that of --steps")
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

void check_init(const std::filesystem::path& init) {
  if (!init.empty()) {
    check_input(init, {"--init",
                       "a run or a checkpoint",
                       {InputKind::kPretraining, InputKind::kFinetuning, InputKind::kCheckpoint, InputKind::kFolder}});
  }
}

void add_verify_option(CLI::App& command, bool& verify) {
  command.add_flag("--verify-store", verify, "Compare every file of the store with its hash before training")->group("Input");
}

CLI::Option* add_intensities_option(CLI::App& command, std::string& intensities, const std::string& group) {
  return command
      .add_option("--intensities", intensities,
                  "What the images are read as: clipped at the percentiles of the preparation, or unclipped, bounded to -5 to 5")
      ->check(CLI::IsMember(std::vector<std::string>(store::kIntensitiesNames.begin(), store::kIntensitiesNames.end())))
      ->group(group);
}

store::Intensities intensities_named(const std::string& name) {
  return static_cast<store::Intensities>(std::ranges::find(store::kIntensitiesNames, name) - store::kIntensitiesNames.begin());
}

void add_initialisation_option(CLI::App& command, std::string& initialisation, const std::string& group) {
  command
      .add_option("--initialisation", initialisation,
                  "What weights start from that no file gives: as the public code's (public), or PyTorch's defaults (pytorch)")
      ->check(CLI::IsMember(nn::initialisation_names()))
      ->group(group);
}

void verify_before_training(const train::SessionOptions& session, const std::filesystem::path& store) {
  catch_interrupts();
  log::info("comparing every file of " + store.string() + " with its hash");
  store::verify_store(store, session.threads);
}

void add_session_options(CLI::App& command, train::SessionOptions& session, const std::string& validations) {
  const auto add = [&command](const std::string& name, auto& value, const std::string& text) {
    return command.add_option(name, value, text)->group("train")->capture_default_str();
  };
  command
      .add_option(
          "--warmup", session.warmup_steps,
          "Steps in which the learning rate rises to its peak; without it 1/20 of pretrain's schedule with the recipe tiny, "
          "otherwise none")
      ->group("train");
  add("--clip", session.clip, "Largest norm of the gradient; 0 leaves it")->check(CLI::NonNegativeNumber);
  add("--checkpoint-every", session.checkpoint_every, "Steps between checkpoints")->check(CLI::PositiveNumber);
  add("--keep", session.keep, "Numbered checkpoints to keep besides last and best");
  add("--validate-every", session.validate_every, "Steps between validations; 0: " + validations);
  command
      .add_flag("--checkpoint-activations", session.checkpoint_activations,
                "Keep the inputs of blocks alone and compute the blocks again in the backward pass: less memory, more time")
      ->group("train");
  command.add_option("--rank-timeout", session.rank_timeout_s, "Seconds that ranks wait for each other before they give up")
      ->group("run")
      ->capture_default_str()
      ->check(CLI::Range(1, 86400));
  command.add_option("--loader-threads", session.loader_threads, "Threads that read samples")
      ->group("store")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
}

void restore_options(CLI::App& command, train::SessionOptions& session) {
  if (parallel::read_launch().attempt > 0) { // torchrun starts the ranks again with the same words
    session.resume = true;
  }
  const std::filesystem::path earlier = session.folder / train::kConfigName;
  if (session.resume && std::filesystem::exists(earlier)) {
    apply_config(command, earlier.string());
  }
}

void finish_session(const CLI::App& command, const CommonOptions& common, train::SessionOptions& session) {
  session.config = resolved_config(command);
  session.program_version = BRAINMVP_VERSION;
  session.force = common.force && !session.resume;
  const auto ranks = static_cast<std::size_t>(parallel::read_launch().local_size);
  session.threads = common.threads > 0 ? common.threads : processor_count(ranks);
  session.seed = common.seed;
  session.device = common.device;
  session.precision = common.precision;
  session.kernels = common.kernels;
}

} // namespace brainmvp::app
