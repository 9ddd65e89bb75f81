#include <algorithm>
#include <iostream>
#include <memory>
#include <string>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/progress.h"
#include "base/text.h"
#include "command.h"
#include "store/prepare_store.h"
#include "study/set_check.h"
#include "study/studies_file.h"

namespace brainmvp::app {
namespace {

using store::Outcome;
using store::StoreBuilder;
using store::StudyOutcome;

struct Options {
  std::string studies;
  std::string output;
  std::string modalities;
  bool strict = false;
  store::PrepareOptions parameters;
};

std::size_t count(const StoreBuilder& builder, Outcome outcome) {
  return static_cast<std::size_t>(std::ranges::count(builder.outcomes(), outcome, &StudyOutcome::outcome));
}

void tell_expectation(const StoreBuilder& builder, std::size_t threads) {
  const store::Expectation expected = builder.expectation();
  if (expected.studies == 0) {
    return;
  }
  log::info(std::to_string(expected.studies) + " studies to prepare with " + std::to_string(threads) + " threads: about " +
            human_bytes(expected.disk_bytes) + " on disk (at most " + human_bytes(expected.largest_disk_bytes) + "), up to " +
            human_bytes(expected.memory_bytes) + " of memory, about " + human_seconds(expected.seconds));
  for (const StudyOutcome& outcome : builder.outcomes()) {
    if (outcome.outcome == Outcome::kWaiting) {
      log::debug("study " + outcome.id + ": " + outcome.reason);
    }
  }
}

void report(const StoreBuilder& builder) {
  std::cout << count(builder, Outcome::kPrepared) << " prepared, " << count(builder, Outcome::kUpToDate) << " up to date, "
            << count(builder, Outcome::kRedone) << " redone, " << count(builder, Outcome::kFailed) << " failed; "
            << human_bytes(builder.size_on_disk()) << " on disk\n";
  for (const StudyOutcome& outcome : builder.outcomes()) {
    for (const std::string& warning : outcome.warnings) {
      std::cout << "warning: " << outcome.id << ": " << warning << '\n';
    }
  }
  if (!builder.unlisted().empty()) {
    std::cout << "no longer listed, since the studies file does not name them (their folders are kept): "
              << join(builder.unlisted(), ", ") << '\n';
  }
  for (const StudyOutcome& outcome : builder.outcomes()) {
    if (outcome.outcome == Outcome::kFailed) {
      std::cout << "failed: " << outcome.id << ": " << outcome.reason << '\n';
    }
  }
  std::cout.flush();
}

void fail_where_studies_failed(const StoreBuilder& builder) {
  const std::size_t failed = count(builder, Outcome::kFailed);
  const std::size_t all = builder.outcomes().size();
  if (failed == all) {
    throw Error(ExitCode::kNothingFound,
                all == 0 ? "the studies file lists no study" : "no study could be prepared; see the list above");
  }
  if (failed > 0) {
    throw Error(ExitCode::kBadInput, std::to_string(failed) + " of " + std::to_string(all) +
                                         " studies failed and are not in the store; repair or remove them and run this again");
  }
}

void warn_of_leaks(const study::StudiesFile& studies) {
  const std::vector<std::string> leaks = study::leaks(studies.studies);
  if (!leaks.empty()) {
    log::warning(std::to_string(leaks.size()) +
                 " patients or images are in more than one split, so that results on them would "
                 "be too good; the first is " +
                 leaks.front());
  }
}

void run_prepare(const Options& options, const CommonOptions& common) {
  const study::ModalityTable& standard = study::ModalityTable::standard();
  const study::StudiesFile studies =
      options.modalities.empty() ? study::read_studies_file(options.studies, standard)
                                 : study::read_studies_file(options.studies, study::ModalityTable::with_file(options.modalities));
  warn_of_leaks(studies);
  catch_interrupts();
  StoreBuilder builder(
      studies, options.studies, options.output,
      {.parameters = options.parameters, .threads = common.thread_count(), .strict = options.strict, .force = common.force});
  tell_expectation(builder, common.thread_count());
  builder.check_resources();
  {
    Progress progress("preparing", "studies", builder.expectation().studies);
    builder.run([&](const StudyOutcome& outcome) {
      progress.advance(outcome.id);
      if (outcome.outcome == Outcome::kFailed) {
        log::warning("study " + outcome.id + " failed: " + outcome.reason);
      }
    });
  }
  report(builder);
  fail_where_studies_failed(builder);
}

} // namespace

Command add_prepare(CLI::App& program, CommonOptions& common) {
  CLI::App* command = program.add_subcommand("prepare", "Prepare the studies of a studies file into a store for training");
  const auto options = std::make_shared<Options>();
  command->add_option("studies", options->studies, "Studies file, as `index` writes it or MONAI's datalist")
      ->required()
      ->type_name("FILE");
  command->add_option("-o,--output", options->output, "Folder of the store; one that exists is brought up to date")
      ->required()
      ->type_name("STORE")
      ->group("Output");
  command->add_option("--modalities", options->modalities, "TOML file with more names of modalities")->type_name("FILE");
  command->add_flag("--strict", options->strict, "Stop at the first study that fails");
  command
      ->add_option("--spacing", options->parameters.spacing_mm,
                   "Voxel size of the store, isotropic; 2 makes it eight times smaller")
      ->type_name("MM")
      ->check(CLI::Range(0.25, 10.0))
      ->group("prepare")
      ->capture_default_str();
  add_common_options(*command, common, {.force = true, .threads = true});
  return {command, [options, &common] { run_prepare(*options, common); }};
}

} // namespace brainmvp::app
