#include "store/prepare_store.h"

#include <algorithm>
#include <new>
#include <set>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "base/fault.h"
#include "base/interrupt.h"
#include "base/own_files.h"
#include "base/text.h"
#include "base/thread_pool.h"
#include "store/label_check.h"
#include "store/prepared_files.h"
#include "store/records.h"
#include "store/sources.h"
#include "store/twin_check.h"
#include "study/origin.h"

namespace brainmvp::store {
namespace fs = std::filesystem;
namespace {

// Days of work must not be redone because an option was forgotten.
void refuse_other_parameters(const fs::path& store, const PrepareOptions& asked) {
  const std::optional<PrepareOptions> present = parameters_of_store(store);
  if (present && !(*present == asked)) {
    const auto text = [](const PrepareOptions& options) {
      return shortest(options.spacing_mm) + " mm voxels and percentiles " + shortest(options.low_percentile) + " to " +
             shortest(options.high_percentile) + " of the " +
             kPercentilesOfNames.at(static_cast<std::size_t>(options.percentiles_of)) +
             (options.z_scored ? " of z-scored images" : "") +
             (options.reference.empty() ? "" : ", on the grid of " + options.reference) +
             (options.compress ? ", compressed" : "");
    };
    throw Error(ExitCode::kOutput,
                store.string() + ": is a store of " + text(*present) + ", asked for are " + text(asked) +
                    "; choose another folder, give the store's own options, or pass --force to redo all of it");
  }
}

} // namespace

StoreBuilder::StoreBuilder(const study::StudiesFile& studies, const fs::path& studies_file, fs::path store, BuildOptions options)
    : studies_(studies), studies_file_(studies_file), base_(fs::absolute(studies_file).parent_path()), store_(std::move(store)),
      options_(options), lock_(store_, options_.shard ? Access::kShard : Access::kWhole), outcomes_(studies.studies.size()) {
  if (!options_.force) {
    refuse_other_parameters(store_, options_.parameters);
  }
  parallel_for(outcomes_.size(), options_.threads, [this](std::size_t position) { find_work(position); });
}

void StoreBuilder::find_work(std::size_t position) {
  const study::Study& study = studies_.studies[position];
  StudyOutcome& outcome = outcomes_[position];
  outcome.id = study.id;
  const fs::path folder = store_ / study.id;
  try {
    const auto reason =
        options_.force ? std::optional<std::string>("forced") : reason_to_prepare(folder, study, options_.parameters, base_);
    if (!reason) {
      outcome.outcome = Outcome::kUpToDate;
      outcome.warnings = read_study_record(folder).warnings;
      return;
    }
    refuse_foreign_files(folder, prepared_files(folder, study));
    outcome.reason = *reason;
    outcome.cost = study_cost(study, options_.parameters);
  } catch (const Error& error) {
    outcome.outcome = Outcome::kFailed;
    outcome.reason = error.message();
  }
}

std::vector<std::size_t> StoreBuilder::waiting() const {
  std::vector<std::size_t> positions;
  for (std::size_t i = 0; i < outcomes_.size(); ++i) {
    if (outcomes_[i].outcome == Outcome::kWaiting) {
      positions.push_back(i);
    }
  }
  return positions;
}

void StoreBuilder::stop(std::exception_ptr error) {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  if (!error_) {
    error_ = std::move(error);
  }
}

void StoreBuilder::prepare_one(std::size_t position, std::size_t threads) {
  const study::Study& study = studies_.studies[position];
  StudyOutcome& outcome = outcomes_[position];
  const bool existed = fs::exists(store_ / study.id);
  try {
    PreparedStudy prepared = prepare_study(study, options_.parameters, threads);
    write_prepared(prepared, study, store_ / study.id, base_);
    outcome.warnings = std::move(prepared.warnings);
    outcome.outcome = existed ? Outcome::kRedone : Outcome::kPrepared;
  } catch (Error& error) {
    outcome.outcome = Outcome::kFailed;
    outcome.reason = error.message();
    const bool of_the_machine = error.code() == ExitCode::kOutOfResources || error.code() == ExitCode::kOutput;
    if (options_.strict || of_the_machine) { // other studies would meet a full disk just the same
      error.add_context("study " + study.id);
      stop(std::make_exception_ptr(error));
    }
  } catch (const std::exception& fault) {
    Error error = error_of(fault, "use a smaller --threads");
    error.add_context("study " + study.id);
    stop(std::make_exception_ptr(error));
  }
}

void StoreBuilder::run(const std::function<void(const StudyOutcome&)>& done) {
  if (options_.strict) {
    const auto failed = std::ranges::find(outcomes_, Outcome::kFailed, &StudyOutcome::outcome);
    if (failed != outcomes_.end()) {
      throw Error(ExitCode::kBadInput, "study " + failed->id + ": " + failed->reason);
    }
  }
  const std::vector<std::size_t> positions = waiting();
  const std::size_t together = std::clamp<std::size_t>(positions.size(), 1, std::max<std::size_t>(options_.threads, 1));
  const std::size_t threads_each = std::max<std::size_t>(options_.threads / together, 1);
  parallel_for(positions.size(), together, [&](std::size_t i) {
    if (stopping_ || interrupted()) {
      return;
    }
    try {
      prepare_one(positions[i], threads_each);
      const std::lock_guard lock(mutex_);
      done(outcomes_[positions[i]]);
    } catch (...) {
      stop(std::current_exception());
    }
  });
  if (error_) {
    std::rethrow_exception(error_);
  }
  stop_if_interrupted("preparing");
  if (!options_.shard) {
    write_list();
  }
}

void StoreBuilder::write_list() {
  StoreRecord record{.studies_file = fs::proximate(studies_file_, store_),
                     .parameters = options_.parameters,
                     .table = studies_.table,
                     .studies = {}};
  std::set<std::string> known;
  std::vector<study::Study> prepared;
  for (std::size_t i = 0; i < outcomes_.size(); ++i) {
    const study::Study& study = studies_.studies[i];
    known.insert(study.id);
    if (outcomes_[i].outcome != Outcome::kFailed) {
      prepared.push_back(study);
      record.studies.push_back({.id = study.id,
                                .split = study.split,
                                .patient = study::patient_of(study),
                                .class_name = study.class_name,
                                .dataset = study.dataset,
                                .fold = study.fold,
                                .simulated = study::is_simulated(study)});
    }
  }
  check_twins(prepared, store_, base_);
  if (studies_.table.labels.empty() && studies_.table.regions.empty()) {
    warn_of_unrelated_labels(prepared, store_);
  }
  if (fs::exists(store_ / "store.json")) {
    try {
      for (const StoreEntry& entry : read_store_record(store_).studies) {
        if (!known.contains(entry.id)) {
          unlisted_.push_back(entry.id);
        }
      }
    } catch (const Error&) {
      unlisted_.clear(); // a damaged list is replaced, which is what its message advises
    }
  }
  write_store_record(record, store_);
}

std::uint64_t StoreBuilder::size_on_disk() const {
  std::uint64_t bytes = 0;
  for (const StudyOutcome& outcome : outcomes_) {
    if (outcome.outcome != Outcome::kFailed && outcome.outcome != Outcome::kWaiting) {
      std::error_code ignored;
      for (const auto& entry : fs::directory_iterator(store_ / outcome.id, ignored)) {
        const std::uintmax_t size = entry.file_size(ignored);
        bytes += ignored ? 0 : size;
      }
    }
  }
  return bytes;
}

} // namespace brainmvp::store
