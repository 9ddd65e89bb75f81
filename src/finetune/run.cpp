#include "finetune/run.h"

#include <ATen/Context.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "base/counted.h"
#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "finetune/head.h"
#include "finetune/label_checks.h"
#include "finetune/memory_need.h"
#include "finetune/start.h"
#include "finetune/training_facts.h"
#include "runtime/memory_need.h"
#include "train/session.h"

namespace brainmvp::finetune {
namespace {

std::uint64_t schedule_steps(const RunOptions& options, std::size_t studies, std::uint64_t per_step) {
  return options.steps.value_or(std::max<std::uint64_t>((options.epochs * studies + per_step - 1) / per_step, 1));
}

study::LabelTable table_of(const RunOptions& options, const store::Store& store) {
  const bool given = !options.table.labels.empty() || !options.table.regions.empty() || !options.table.classes.empty();
  study::LabelTable table = given ? options.table : store.table();
  if (given && options.classes_from.empty()) {
    check_task_table(options.table, store.table(), options.store);
  }
  if (!given && !options.classes_from.empty()) {
    table.classes.clear(); // they are named by that table
  }
  return table;
}

model::ModelDescription describe_model(const RunOptions& options, const Start& start, const store::Store& store,
                                       const std::vector<std::string>& channels, study::LabelTable table) {
  store::PrepareOptions preparation = store.parameters();
  if (preparation.reference.empty()) {
    preparation.reference = options.reference;
  }
  return {.task = options.task,
          .network = network_of(start, options),
          .channels = channels,
          .table = std::move(table),
          .targets = {},
          .window = options.crop,
          .sizing = options.sizing,
          .preparation = preparation,
          .intensities = options.intensities,
          .templates = {},
          .has_template = {}};
}

// Validates ten times in the schedule, where the user does not say.
train::SessionOptions session_options(const RunOptions& options, std::uint64_t total_steps) {
  train::SessionOptions session = options.session;
  if (session.validate_every == 0) {
    session.validate_every = std::max<std::uint64_t>(total_steps / 10, 1);
  }
  return session;
}

train::RunIdentity identity_of(const RunOptions& options, const TrainingSetup& setup, checkpoint::Dict of_head,
                               std::uint64_t per_step, std::uint64_t total_steps) {
  checkpoint::Dict entries = model::description_entries(setup.description);
  std::erase_if(entries, [](const checkpoint::Entry& entry) { return entry.first.text("key") == "network"; }); // every run has it
  std::ranges::move(of_head, std::back_inserter(entries));
  entries.push_back(
      {{std::string(model::kTrainingFacts)},
       model::training_facts_value(facts_of_training(options.store, setup.store, setup.training, setup.description.channels))});
  return {.config = options.session.config,
          .network = setup.description.network,
          .precision = runtime::precision_name(setup.precision),
          .store_fingerprint = setup.store.fingerprint(),
          .program_version = options.session.program_version,
          .seed = options.session.seed,
          .samples_per_step = per_step,
          .schedule = {.peak = options.learning_rate,
                       .warmup_steps = options.session.warmup_steps.value_or(0),
                       .total_steps = total_steps},
          .description = std::move(entries)};
}

train::AdamWOptions optimizer_options(const RunOptions& options, const std::string& network, const Learner& learner) {
  const std::string drawn = options.stem == checkpoint::Stem::kReinitialise ? "encoder." + nn::backbone(network).stem : "";
  train::AdamWOptions optimizer{.weight_decay = options.weight_decay, .decoupled = options.decoupled_decay, .rate_factors = {}};
  for (const auto& [name, tensor] : learner.parameters()) {
    optimizer.rate_factors.push_back(name.starts_with("encoder.") && name != drawn ? options.encoder_rate : 1);
  }
  return optimizer;
}

void log_start(const RunOptions& options, const TrainingSetup& setup, std::uint64_t total_steps) {
  const model::ModelDescription& description = setup.description;
  log::info("fine-tuning " + description.network + " from " + options.init + " on " + setup.store.count_text(setup.training) +
            " (" + std::to_string(setup.validation.size()) + " for validation): channels " + join(description.channels, ", ") +
            "; " + description.head().words(description) + "; " + brainmvp::counted(total_steps, "step") + " of " +
            (setup.group.alone() ? "" : std::to_string(setup.group.size()) + " x ") +
            brainmvp::counted(static_cast<std::size_t>(options.batch_size), "sample") + ", on " + options.session.device +
            " in " + runtime::precision_name(setup.precision) + " with " + brainmvp::counted(options.session.threads, "thread"));
}

// What is known before the network is made.
struct Prepared {
  std::unique_ptr<Head> head;
  Selection selection;
  model::ModelDescription description;
};

Prepared prepare_run(const RunOptions& options, const Start& start, const store::Store& store) {
  study::LabelTable declared = table_of(options, store);
  Prepared prepared{.head = make_head(options, store), .selection = {}, .description = {}};
  prepared.selection = select_studies(options, store, *prepared.head);
  const std::vector<std::string> channels = choose_channels(options, store, prepared.selection);
  prepared.description = describe_model(options, start, store, channels, std::move(declared));
  prepared.head->describe(prepared.selection, prepared.description);
  take_templates(start, prepared.description);
  return prepared;
}

// The network, with the weights it starts from.
std::shared_ptr<torch::nn::Module> make_network(const RunOptions& options, const Start& start, const TrainingSetup& setup) {
  at::manual_seed(options.session.seed);
  const model::ModelDescription& description = setup.description;
  std::shared_ptr<torch::nn::Module> network = description.head().network(description, options.dropout);
  const nn::Backbone& backbone = nn::backbone(description.network);
  nn::check_crop(description.window, backbone);
  runtime::check_memory("a step", memory_need(setup, *network), setup.device.is_cpu(), kMemoryRelief);
  nn::initialise(*network, options.initialisation);
  const std::string report = take_weights(start, backbone, options.stem, description.channels, *network);
  if (!report.empty()) {
    log::info(report);
  }
  network->to(setup.device);
  return network;
}

void finetune(const RunOptions& options, Start start, const train::Process& process) {
  const store::Store store = store::Store::open(options.store);
  Prepared prepared = prepare_run(options, start, store);
  std::optional<train::FoundCheckpoint> earlier = train::find_earlier_run(options.session);
  const std::string change = earlier ? prepared.head->change_since(earlier->value) : "";
  const std::uint64_t per_step =
      earlier ? earlier->samples_per_step() : static_cast<std::uint64_t>(options.batch_size * process.group.size());
  const std::uint64_t total_steps =
      earlier ? earlier->total_steps() : schedule_steps(options, prepared.selection.training.size(), per_step);
  const TrainingSetup setup{.options = options,
                            .store = store,
                            .description = prepared.description,
                            .training = prepared.selection.training,
                            .validation = prepared.selection.validation,
                            .precision = runtime::choose_precision(options.session.precision, process.device),
                            .device = process.device,
                            .group = process.group};
  std::unique_ptr<Learner> learner = prepared.head->learner(setup, make_network(options, start, setup));
  start = {}; // its optimizer state is as large as two networks
  const train::AdamWOptions optimizer = optimizer_options(options, setup.description.network, *learner);
  train::Session session(session_options(options, total_steps),
                         identity_of(options, setup, prepared.head->entries(), per_step, total_steps), optimizer,
                         std::move(learner), process.group, static_cast<std::size_t>(options.batch_size), std::move(earlier));
  log_start(options, setup, total_steps);
  if (!change.empty()) {
    log::warning(change);
  }
  session.run();
}

} // namespace

void run_finetuning(const RunOptions& options, Start start) {
  const train::Process process = train::start_process(options.session);
  train::as_rank(process.group, [&] { finetune(options, std::move(start), process); });
}

} // namespace brainmvp::finetune
