#include "finetune/run.h"

#include <ATen/Context.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "finetune/foreground.h"
#include "finetune/label_checks.h"
#include "finetune/learners.h"
#include "finetune/memory_need.h"
#include "finetune/start.h"
#include "finetune/studies.h"
#include "model/outputs.h"
#include "nn/layers/size_check.h"
#include "runtime/memory_need.h"
#include "train/session.h"

namespace brainmvp::finetune {
namespace {

std::uint64_t schedule_steps(const RunOptions& options, std::size_t studies, std::uint64_t per_step) {
  return options.steps.value_or(std::max<std::uint64_t>((options.epochs * studies + per_step - 1) / per_step, 1));
}

// The foreground of each training study, with the label table checked and completed.
std::vector<Foreground> read_foregrounds(const RunOptions& options, const store::Store& store, const Selection& selection,
                                         study::LabelTable& table) {
  std::vector<std::pair<std::string, Foreground>> found;
  std::vector<std::string> empty;
  for (const std::vector<std::size_t>* positions : {&selection.training, &selection.validation}) {
    for (const std::size_t position : *positions) {
      const store::StoredStudy& study = store.studies()[position];
      found.emplace_back(study.id(), find_foreground(study, options.session.seed, table.ignore));
      if (found.back().second.empty() && positions == &selection.training) {
        empty.push_back(study.id());
      }
    }
  }
  if (!empty.empty()) {
    log::warning(std::to_string(empty.size()) +
                 " training studies have no foreground and show background only: " + join(empty, ", "));
  }
  if (table.labels.empty() && table.regions.empty()) {
    check_undeclared(found, store, selection);
  }
  table.labels = label_names(table, found);
  std::vector<Foreground> foregrounds;
  for (std::size_t i = 0; i < selection.training.size(); ++i) {
    foregrounds.push_back(std::move(found[i].second));
  }
  warn_of_unseen(table, foregrounds);
  if (table.regions.empty() && table.labels.size() < 2) {
    throw Error(ExitCode::kNothingFound, options.store.string() + ": no label map of the training studies has any foreground");
  }
  return foregrounds;
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

// In checkpoints of classifications since the studies of each class are drawn from a stream of their own.
constexpr const char* kClassStreams = "class_streams";

bool in_another_order(const std::optional<train::FoundCheckpoint>& earlier, const RunOptions& options) {
  return earlier && options.task == model::Task::kClassify && !options.unbalanced &&
         earlier->value.find(kClassStreams) == nullptr;
}

train::RunIdentity identity_of(const RunOptions& options, const TrainingSetup& setup, std::uint64_t per_step,
                               std::uint64_t total_steps) {
  checkpoint::Dict entries = model::description_entries(setup.description);
  std::erase_if(entries, [](const checkpoint::Entry& entry) { return entry.first.text("key") == "network"; }); // every run has it
  if (options.task == model::Task::kClassify) {
    entries.emplace_back(checkpoint::Value{std::string(kClassStreams)}, checkpoint::Value{true});
  }
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

train::AdamWOptions optimizer_options(const RunOptions& options, const Learner& learner) {
  train::AdamWOptions optimizer{.weight_decay = options.weight_decay, .decoupled = false, .rate_factors = {}};
  for (const auto& [name, tensor] : learner.parameters()) {
    optimizer.rate_factors.push_back(name.starts_with("encoder.") ? options.encoder_rate : 1);
  }
  return optimizer;
}

// Names of the outputs, for the log.
std::vector<std::string> targets_of(const model::ModelDescription& description) {
  return description.task == model::Task::kClassify ? description.table.classes : model::output_names(description);
}

void log_start(const RunOptions& options, const TrainingSetup& setup, std::uint64_t total_steps) {
  const model::ModelDescription& description = setup.description;
  const bool classify = description.task == model::Task::kClassify;
  log::info("fine-tuning " + description.network + " from " + options.init + " on " + std::to_string(setup.training.size()) +
            " studies (" + std::to_string(setup.validation.size()) + " for validation): channels " +
            join(description.channels, ", ") + "; " +
            (classify                  ? "classes "
             : description.exclusive() ? "exclusive labels "
                                       : "regions ") +
            join(targets_of(description), ", ") +
            (description.table.ignore ? ", without voxels of the value " + std::to_string(*description.table.ignore) : "") +
            "; " + std::to_string(total_steps) + " steps of " +
            (setup.group.alone() ? "" : std::to_string(setup.group.size()) + " x ") + std::to_string(options.batch_size) +
            " samples, on " + options.session.device + " in " + runtime::precision_name(setup.precision) + " with " +
            std::to_string(options.session.threads) + " threads");
}

// What is known before the network is made.
struct Prepared {
  Selection selection;
  model::ModelDescription description;
  std::vector<Foreground> foregrounds; // of segmentation
  std::vector<std::size_t> classes;    // of classification: one a study of the store
};

Prepared prepare_run(const RunOptions& options, const Start& start, const store::Store& store) {
  Prepared prepared;
  study::LabelTable declared = table_of(options, store);
  std::vector<std::string> classes(store.studies().size());
  if (options.task == model::Task::kClassify) {
    classes = classes_of(options, store);
  }
  prepared.selection = select_studies(options, store, classes);
  const std::vector<std::string> channels = choose_channels(options, store, prepared.selection);
  prepared.description = describe_model(options, start, store, channels, std::move(declared));
  study::LabelTable& table = prepared.description.table;
  if (options.task == model::Task::kSegment) {
    prepared.foregrounds = read_foregrounds(options, store, prepared.selection, table);
    table.classes.clear();
  } else {
    table = {.labels = {}, .regions = {}, .classes = class_names(table, classes, prepared.selection)};
    for (const std::string& name : classes) {
      const auto found = std::ranges::find(table.classes, name);
      prepared.classes.push_back(static_cast<std::size_t>(found - table.classes.begin()));
    }
  }
  take_templates(start, prepared.description);
  return prepared;
}

// Makes the network, with the weights it starts from, and what trains it.
std::unique_ptr<Learner> make_learner(const RunOptions& options, const Start& start, const TrainingSetup& setup,
                                      Prepared& prepared) {
  at::manual_seed(options.session.seed);
  const model::ModelDescription& description = prepared.description;
  const auto channels = static_cast<std::int64_t>(description.channels.size());
  const auto fill = [&](torch::nn::Module& network) {
    const nn::Backbone& backbone = nn::backbone(description.network);
    nn::check_crop(description.window, backbone.size_multiple, description.network);
    runtime::check_memory("a step", memory_need(setup, network), setup.device.is_cpu(),
                          "use a smaller --crop, --batch-size or --network");
    nn::initialise(network, options.initialisation);
    const std::string report = take_weights(start, backbone, options.stem, network);
    if (!report.empty()) {
      log::info(report);
    }
    network.to(setup.device);
  };
  if (options.task == model::Task::kSegment) {
    const auto network = nn::make_segmentation_network(description.network, channels, description.outputs());
    fill(*network);
    return segmentation_learner(setup, std::move(prepared.foregrounds), network);
  }
  const auto network = nn::make_classification_network(description.network, channels, description.outputs(), options.dropout);
  fill(*network);
  return classification_learner(setup, prepared.classes, network);
}

void finetune(const RunOptions& options, const train::Process& process) {
  const store::Store store = store::Store::open(options.store);
  Start start = read_start(options.init);
  Prepared prepared = prepare_run(options, start, store);
  std::optional<train::FoundCheckpoint> earlier = train::find_earlier_run(options.session);
  const bool reordered = in_another_order(earlier, options);
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
  std::unique_ptr<Learner> learner = make_learner(options, start, setup, prepared);
  start = {}; // its optimizer state is as large as two networks
  const train::AdamWOptions optimizer = optimizer_options(options, *learner);
  train::Session session(session_options(options, total_steps), identity_of(options, setup, per_step, total_steps), optimizer,
                         std::move(learner), process.group, static_cast<std::size_t>(options.batch_size), std::move(earlier));
  log_start(options, setup, total_steps);
  if (reordered) {
    log::warning(
        "the run was begun by an earlier version, which drew the studies of a class in another order: from here on it goes "
        "through them in the order of this version");
  }
  session.run();
}

} // namespace

void run_finetuning(const RunOptions& options) {
  const train::Process process = train::start_process(options.session);
  train::as_rank(process.group, [&] { finetune(options, process); });
}

} // namespace brainmvp::finetune
