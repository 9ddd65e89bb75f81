#include "pretrain/run.h"

#include <ATen/Context.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "base/counted.h"
#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "checkpoint/encoder_transfer.h"
#include "pretrain/estimate.h"
#include "pretrain/learner.h"
#include "store/twin_check.h"
#include "train/find_checkpoint.h"
#include "train/session.h"

namespace brainmvp::pretrain {
namespace {

std::uint64_t schedule_steps(const RunOptions& options, std::size_t studies, std::uint64_t per_step) {
  return options.steps.value_or(std::max<std::uint64_t>((options.epochs * studies + per_step - 1) / per_step, 1));
}

// What an entry of a checkpoint says; empty where there is none.
std::string entry_of(const checkpoint::Contents& contents, const char* name) {
  const checkpoint::Value* value = contents.entries.find(name);
  return value == nullptr ? "" : value->text(name);
}

// Puts the weights of a file into the model and says what was and was not used.
std::string start_from(const RunOptions& options, const objectives::Objective& objective) {
  const std::string& file = options.init;
  const checkpoint::Contents contents = checkpoint::read_contents(train::checkpoint_of(file));
  const checkpoint::TransferReport report = checkpoint::transfer(contents.weights, objective.weights());
  const std::string earlier = entry_of(contents, "objective");
  const bool same_network = entry_of(contents, "network") == options.network;
  try {
    if (report.loaded.empty()) {
      throw Error(ExitCode::kBadInput,
                  "none of its tensors fits " + options.network + "; choose the network it was trained with by --network");
    }
    checkpoint::require_whole_encoder(report);
  } catch (const Error& error) {
    if (same_network && !earlier.empty() && earlier != options.objective) {
      throw Error(error.code(), file + ": is of the objective " + earlier + ", whose " + options.network +
                                    " takes other inputs than that of " + options.objective + "; use --objective " + earlier +
                                    ", or start without --init");
    }
    const std::string task = entry_of(contents, "task");
    throw Error(error.code(), file + ": " +
                                  (task.empty() ? error.message()
                                                : "is a network of finetune " + task +
                                                      "; pretrain starts from a run of pretrain, or without --init"));
  }
  return file + ": weights to start from\n" + report.summary();
}

void describe(const RunOptions& options, const LearnerSetup& setup, std::uint64_t total_steps) {
  log::info("pre-training " + options.network + " (objective " + options.objective + ", recipe " + options.recipe + ") on " +
            setup.store.count_text(setup.training) + ": " + counted(total_steps, "step") + " of " +
            std::to_string(options.accumulation) + " x " +
            (setup.group.alone() ? "" : std::to_string(setup.group.size()) + " x ") +
            counted(static_cast<std::size_t>(options.batch_size), "study") + ", on " + options.session.device + " in " +
            runtime::precision_name(setup.precision) + " with " + counted(options.session.threads, "thread"));
}

// Validates every epoch, but at least a hundred times in the schedule, where the user does not say.
train::SessionOptions session_options(const RunOptions& options, std::size_t studies, std::uint64_t per_step,
                                      std::uint64_t total_steps) {
  train::SessionOptions session = options.session;
  if (session.validate_every == 0) {
    session.validate_every = std::max<std::uint64_t>({studies / per_step, total_steps / 100, 1});
  }
  return session;
}

std::uint64_t warmup_steps(const RunOptions& options, std::uint64_t total_steps) {
  const auto share = static_cast<std::uint64_t>(options.warmup_share * static_cast<double>(total_steps));
  return options.session.warmup_steps.value_or(share);
}

train::RunIdentity identity_of(const RunOptions& options, const LearnerSetup& setup, const objectives::Objective& objective,
                               std::uint64_t samples_per_step, std::uint64_t total_steps) {
  checkpoint::Dict description = objective.description();
  const char* intensities = store::kIntensitiesNames.at(static_cast<std::size_t>(setup.intensities));
  description.push_back({{std::string("intensities")}, {std::string(intensities)}});
  description.push_back({{std::string("objective")}, {options.objective}});
  return {
      .config = options.session.config,
      .network = options.network,
      .precision = runtime::precision_name(setup.precision),
      .store_fingerprint = setup.store.fingerprint(),
      .program_version = options.session.program_version,
      .seed = options.session.seed,
      .samples_per_step = samples_per_step,
      .schedule = {.peak = options.learning_rate, .warmup_steps = warmup_steps(options, total_steps), .total_steps = total_steps},
      .description = std::move(description)};
}

// Samples of a step that starts a run.
std::uint64_t samples_per_step(const RunOptions& options, const parallel::Group& group) {
  return static_cast<std::uint64_t>(options.batch_size * options.accumulation * group.size());
}

objectives::ObjectiveSetup objective_setup(const RunOptions& options, const store::Store& store, const parallel::Group& group) {
  return {.store = store,
          .training = store.of_split(study::Split::kTraining),
          .network = options.network,
          .initialisation = options.initialisation,
          .crop = options.crop,
          .intensities = options.intensities,
          .seed = options.session.seed,
          .threads = options.session.threads,
          .has_init = !options.init.empty(),
          .batch_size = static_cast<std::size_t>(options.batch_size * group.size())};
}

std::unique_ptr<objectives::Objective> make_objective(const RunOptions& options, const objectives::ObjectiveSetup& setup,
                                                      const at::Device& device) {
  at::manual_seed(options.session.seed);
  auto objective = options.objective_settings().make(setup);
  objective->check_output(options.session.folder); // now, instead of at the end
  const runtime::Precision precision = runtime::choose_precision(options.session.precision, device);
  check_needs(estimate_needs(objective->memory(), options, precision), device.is_cpu(), options.session.folder / "checkpoints");
  objective->start(setup);
  return objective;
}

LearnerSetup learner_setup(const RunOptions& options, const store::Store& store, const train::Process& process) {
  return {.store = store,
          .training = store.of_split(study::Split::kTraining),
          .validation = store.of_split(study::Split::kValidation),
          .crop = options.crop,
          .batch_size = static_cast<std::size_t>(options.batch_size),
          .intensities = options.intensities,
          .seed = options.session.seed,
          .loader_threads = options.session.loader_threads,
          .run = options.session.folder,
          .precision = runtime::choose_precision(options.session.precision, process.device),
          .device = process.device,
          .group = process.group};
}

void pretrain(const RunOptions& options, const train::Process& process) {
  const store::Store store = store::Store::open(options.store);
  const LearnerSetup setup = learner_setup(options, store, process);
  if (setup.training.empty()) {
    throw Error(ExitCode::kNothingFound, options.store.string() + ": has no studies in the split \"training\"; put some there " +
                                             "in the studies file and run prepare again");
  }
  store::check_twins(store, setup.training, setup.validation);
  std::optional<train::FoundCheckpoint> earlier = train::find_earlier_run(options.session);
  const std::uint64_t per_step = earlier ? earlier->samples_per_step() : samples_per_step(options, process.group);
  const std::uint64_t total_steps = earlier ? earlier->total_steps() : schedule_steps(options, setup.training.size(), per_step);
  const objectives::ObjectiveSetup starting = objective_setup(options, store, process.group);
  std::unique_ptr<objectives::Objective> made = make_objective(options, starting, process.device);
  const objectives::Objective& objective = *made;
  const std::string start = options.init.empty() ? "" : start_from(options, objective);
  made->to(process.device);
  train::Session session(session_options(options, setup.training.size(), per_step, total_steps),
                         identity_of(options, setup, objective, per_step, total_steps),
                         {.weight_decay = options.weight_decay, .rate_factors = objective.rate_factors()},
                         std::make_unique<Learner>(setup, std::move(made)), process.group, setup.batch_size, std::move(earlier));
  describe(options, setup, total_steps);
  objective.warn(starting);
  if (!start.empty()) {
    log::info(start);
  }
  session.run();
}

} // namespace

void run_pretraining(const RunOptions& options) {
  const train::Process process = train::start_process(options.session);
  train::as_rank(process.group, [&] { pretrain(options, process); });
}

} // namespace brainmvp::pretrain
