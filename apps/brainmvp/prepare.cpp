#include <array>
#include <memory>
#include <string>
#include <vector>

#include "base/counted.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/own_files.h"
#include "base/progress.h"
#include "base/text.h"
#include "command.h"
#include "input_kind.h"
#include "prepare_report.h"
#include "settings_options.h"
#include "store/prepare_store.h"
#include "store/shards.h"
#include "study/inputs.h"
#include "study/set_check.h"
#include "study/studies_file.h"

namespace brainmvp::app {
namespace {

using settings::Slot;
using store::StoreBuilder;

struct PrepareArguments {
  std::string studies;
  std::string output;
  std::string modalities;
  bool strict = false;
  std::string shard;     // empty: all studies
  std::size_t merge = 0; // shards whose work is to be listed; 0: not asked for
  store::PrepareOptions parameters;
  std::array<double, 2> percentiles{5, 95};
};

void tell_expectation(const StoreBuilder& builder, std::size_t threads) {
  const store::Expectation expected = builder.expectation();
  if (expected.studies == 0) {
    return;
  }
  log::info(counted(expected.studies, "study") + " to prepare with " + counted(threads, "thread") + ": about " +
            human_bytes(expected.disk_bytes) + " on disk (at most " + human_bytes(expected.largest_disk_bytes) + "), up to " +
            human_bytes(expected.memory_bytes) + " of memory, about " + human_seconds(expected.seconds));
  for (const store::StudyOutcome& outcome : builder.outcomes()) {
    if (outcome.outcome == store::Outcome::kWaiting) {
      log::debug("study " + outcome.id + ": " + outcome.reason);
    }
  }
}

void warn_of_leaks(const study::StudiesFile& studies) {
  const std::vector<std::string> leaks = study::leaks(studies.studies);
  if (!leaks.empty()) {
    log::warning(counted(leaks.size(), "patient or image is", "patients or images are") +
                 " in more than one split, so that results on them would "
                 "be too good; the first is " +
                 leaks.front());
  }
}

study::StudiesFile read_studies(const PrepareArguments& options) {
  check_input(options.studies, {"prepare", "a studies file", {InputKind::kStudiesFile}});
  const study::ModalityTable table =
      options.modalities.empty() ? study::ModalityTable::standard() : study::ModalityTable::with_file(options.modalities);
  study::StudiesFile studies = study::read_studies_file(options.studies, table);
  if (!options.parameters.reference.empty()) {
    studies.reference = canonical_modality("--reference", options.parameters.reference, table);
  }
  warn_of_leaks(studies);
  return studies;
}

void run_builder(StoreBuilder& builder) {
  Progress progress("preparing", "studies", builder.expectation().studies);
  builder.run([&](const store::StudyOutcome& outcome) {
    progress.advance(outcome.id);
    if (outcome.outcome == store::Outcome::kFailed) {
      log::warning("study " + outcome.id + " failed: " + outcome.reason);
    }
  });
}

store::PrepareOptions parameters_of(const PrepareArguments& options) {
  store::PrepareOptions parameters = options.parameters;
  parameters.low_percentile = options.percentiles[0];
  parameters.high_percentile = options.percentiles[1];
  if (!(parameters.low_percentile < parameters.high_percentile)) {
    throw Error(ExitCode::kUsage, "--percentiles " + shortest(parameters.low_percentile) + " " +
                                      shortest(parameters.high_percentile) + ": the first must be below the second");
  }
  return parameters;
}

void run_prepare(const PrepareArguments& options, const CommonOptions& common) {
  const bool sharded = !options.shard.empty();
  const store::Shard shard = sharded ? store::shard_named(options.shard) : store::Shard{};
  study::StudiesFile studies = read_studies(options);
  studies.studies = store::studies_of(shard, studies.studies);
  refuse_output_above(options.output, study::inputs_of(studies, options.studies));
  store::PrepareOptions parameters = parameters_of(options);
  parameters.reference = studies.reference;
  catch_interrupts();
  StoreBuilder builder(studies, options.studies, options.output,
                       {.parameters = parameters,
                        .threads = common.thread_count(),
                        .strict = options.strict,
                        .force = common.force,
                        .shard = sharded});
  if (options.merge > 0) {
    refuse_incomplete(builder, studies, options.merge);
  }
  tell_expectation(builder, common.thread_count());
  builder.check_resources();
  run_builder(builder);
  report_preparation(builder);
  if (sharded && studies.studies.empty()) {
    log::info("shard " + options.shard + " has nothing to do: there are fewer studies than shards");
    return;
  }
  fail_where_studies_failed(builder);
  if (sharded) {
    log::info("shard " + options.shard + " is done; when all are, --merge " + std::to_string(shard.count) +
              " instead of --shard lists their studies for training");
  }
}

void add_prepare_settings(settings::Settings& settings, PrepareArguments& arguments) {
  store::PrepareOptions& parameters = arguments.parameters;
  settings.add(
      "prepare",
      {{.name = "modalities",
        .slot = arguments.modalities,
        .help = "TOML file with more names of modalities",
        .placeholder = "FILE"},
       {.name = "strict", .slot = arguments.strict, .help = "Stop at the first study that fails"},
       {.name = "spacing",
        .slot = parameters.spacing_mm,
        .help = "Voxel size of the store, isotropic; 2 makes it eight times smaller",
        .range = settings::between(0.25, 10),
        .placeholder = "MM"},
       {.name = "percentiles",
        .slot = arguments.percentiles,
        .help = "Percentiles of each modality that become 0 and 1",
        .range = settings::between(0, 100),
        .placeholder = "LOW HIGH"},
       {.name = "percentiles_of",
        .slot = Slot(parameters.percentiles_of, {store::kPercentilesOfNames.begin(), store::kPercentilesOfNames.end()}),
        .help = "Whose percentiles: all voxels of the crop, or the foreground, which is what is above 0"},
       {.name = "reference",
        .slot = parameters.reference,
        .help = "Modality whose grid studies without a label come to; without it that of the studies file",
        .placeholder = "MODALITY"},
       {.name = "z_scored",
        .slot = parameters.z_scored,
        .help = "Images were z-scored and their background left at 0: make it the lowest value again, below the brain"},
       {.name = "compress",
        .slot = parameters.compress,
        .help =
            "Store compressed chunks instead of NIfTI: the same values in a third to a half of the space, read more slowly"}});
}

} // namespace

Command add_prepare(CLI::App& program, CommonOptions& common) {
  CLI::App* command = program.add_subcommand("prepare", "Prepare the studies of a studies file into a store for training");
  const auto options = std::make_shared<PrepareArguments>();
  const auto settings = std::make_shared<settings::Settings>();
  command->add_option("studies", options->studies, "Studies file, as `index` writes it or MONAI's datalist")
      ->required()
      ->type_name("FILE");
  command->add_option("-o,--output", options->output, "Folder of the store; one that exists is brought up to date")
      ->required()
      ->type_name("STORE")
      ->group("Output");
  add_prepare_settings(*settings, *options);
  add_setting_options(*command, *settings);
  command->add_option("--shard", options->shard, "Prepare the I-th of N parts, for job arrays: 1/8 to 8/8")->type_name("I/N");
  command->add_option("--merge", options->merge, "Check that N shards prepared every study, and list them for training")
      ->type_name("N")
      ->check(CLI::PositiveNumber)
      ->excludes("--shard");
  add_common_options(*command, common, {.force = true, .config = true, .threads = true}, settings);
  command->get_option("--merge")->excludes("--force");
  return {command, [options, &common] { run_prepare(*options, common); }, "use a smaller --threads", settings};
}

} // namespace brainmvp::app
