#include "register/register_set.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <new>
#include <optional>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/fault.h"
#include "base/interrupt.h"
#include "base/own_files.h"
#include "base/text.h"
#include "base/thread_pool.h"
#include "register/output_folder.h"
#include "register/record.h"
#include "store/sources.h"

namespace brainmvp::registration {
namespace fs = std::filesystem;
namespace {

void find_work(const study::Study& study, const fs::path& base, const fs::path& output, const SetOptions& options,
               StudyOutcome& outcome) {
  outcome.id = study.id;
  try {
    if (const auto record =
            options.force ? std::nullopt : up_to_date_record(output / study.id, study, options.parameters, base)) {
      outcome.outcome = Outcome::kUpToDate;
      outcome.result = record->result;
      return;
    }
    refuse_foreign_files(output / study.id, made_files(output / study.id));
  } catch (const Error& error) {
    outcome.outcome = Outcome::kFailed;
    outcome.reason = error.message();
  }
}

void register_one(const study::Study& study, const fs::path& base, const fs::path& output, const RegisterOptions& options,
                  StudyOutcome& outcome) {
  RegistrationRecord record{.id = study.id,
                            .options = options,
                            .modalities = study.modalities,
                            .sources = store::describe_sources(study, base),
                            .result = {}};
  AtomicFolder folder(output / study.id);
  record.result = register_study(study, options, folder.temporary());
  write_record(folder.temporary(), record);
  folder.commit();
  outcome.result = std::move(record.result);
  outcome.outcome = Outcome::kRegistered;
}

// Whether other studies would meet it just the same.
bool concerns_all(const Error& error) {
  return error.code() == ExitCode::kOutOfResources || error.code() == ExitCode::kOutput ||
         error.code() == ExitCode::kInterrupted || error.code() == ExitCode::kInternal;
}

void write_results(const study::StudiesFile& studies, const std::vector<StudyOutcome>& outcomes, const fs::path& output) {
  study::StudiesFile list{.studies = {}, .table = studies.table, .reference = studies.reference};
  std::string table =
      "study\tmodality\treference\tmotion_of\tinformation_before\tinformation_after\tmean_displacement_mm\trotation_degrees\t"
      "overlap\trepeat_mm\tdoubtful\tverdict\n";
  for (std::size_t n = 0; n < outcomes.size(); ++n) {
    if (outcomes[n].outcome == Outcome::kFailed) {
      continue;
    }
    const RegisteredStudy& result = outcomes[n].result;
    study::Study study = studies.studies[n];
    study.images.clear();
    for (const RegisteredImage& image : result.images) {
      study.images.push_back(output / study.id / image.file);
      if (image.alignment) {
        const Alignment& found = *image.alignment;
        const Verdict verdict = verdict_of(found);
        table += study.id + "\t" + image.modality + "\t" + result.reference + "\t" + image.motion_of;
        for (const double value : {found.information_before, found.information_after, found.displacement_mm,
                                   found.to_moving.angle_degrees(), found.overlap, found.repeat_mm}) {
          table += "\t" + shortest(value);
        }
        table += std::string("\t") + (verdict.doubtful ? "1" : "0") + "\t" + verdict.text + "\n";
      }
    }
    if (study.label) {
      study.label = output / study.id / result.label;
    }
    list.studies.push_back(std::move(study));
  }
  if (list.studies.empty()) { // a list that nothing can use would only hide that all failed
    fs::remove(output / "registration.tsv");
    fs::remove(output / "studies.json");
    return;
  }
  write_file(output / "registration.tsv", table);
  study::write_studies_file(output / "studies.json", list);
}

} // namespace

std::vector<StudyOutcome> register_set(const study::StudiesFile& studies, const fs::path& studies_file, const fs::path& output,
                                       const SetOptions& options, const std::function<void(std::size_t)>& started,
                                       const std::function<void(const StudyOutcome&)>& done) {
  const OutputFolder held(output);
  const fs::path base = fs::absolute(studies_file).parent_path();
  std::vector<StudyOutcome> outcomes(studies.studies.size());
  parallel_for(outcomes.size(), options.threads,
               [&](std::size_t n) { find_work(studies.studies[n], base, output, options, outcomes[n]); });
  started(static_cast<std::size_t>(std::ranges::count(outcomes, Outcome::kWaiting, &StudyOutcome::outcome)));
  std::mutex mutex;
  std::atomic<bool> stopping = false;
  parallel_for(outcomes.size(), options.threads, [&](std::size_t n) {
    StudyOutcome& outcome = outcomes[n];
    if (outcome.outcome != Outcome::kWaiting || stopping) {
      return;
    }
    try {
      register_one(studies.studies[n], base, output, options.parameters, outcome);
    } catch (Error& error) {
      if (options.strict || concerns_all(error)) {
        stopping = true;
        error.add_context("study " + outcome.id);
        throw;
      }
      outcome.outcome = Outcome::kFailed;
      outcome.reason = error.message();
    } catch (const std::exception& fault) {
      stopping = true;
      Error error = error_of(fault, "use a smaller --threads");
      error.add_context("study " + outcome.id);
      throw error;
    }
    const std::lock_guard lock(mutex);
    done(outcome);
  });
  stop_if_interrupted("registering");
  write_results(studies, outcomes, output);
  return outcomes;
}

} // namespace brainmvp::registration
