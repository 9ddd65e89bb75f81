#include "prepare_report.h"

#include <algorithm>
#include <iostream>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "store/shards.h"

namespace brainmvp::app {
namespace {

using store::StoreBuilder;

std::size_t count(const StoreBuilder& builder, store::Outcome outcome) {
  return static_cast<std::size_t>(std::ranges::count(builder.outcomes(), outcome, &store::StudyOutcome::outcome));
}

} // namespace

void report_preparation(const StoreBuilder& builder) {
  std::cout << count(builder, store::Outcome::kPrepared) << " prepared, " << count(builder, store::Outcome::kUpToDate)
            << " up to date, " << count(builder, store::Outcome::kRedone) << " redone, "
            << count(builder, store::Outcome::kFailed) << " failed; " << human_bytes(builder.size_on_disk()) << " on disk\n";
  for (const store::StudyOutcome& outcome : builder.outcomes()) {
    for (const std::string& warning : outcome.warnings) {
      std::cout << "warning: " << outcome.id << ": " << warning << '\n';
    }
  }
  if (!builder.unlisted().empty()) {
    std::cout << "no longer listed, since the studies file does not name them (their folders are kept): "
              << join(builder.unlisted(), ", ") << '\n';
  }
  for (const store::StudyOutcome& outcome : builder.outcomes()) {
    if (outcome.outcome == store::Outcome::kFailed) {
      std::cout << "failed: " << outcome.id << ": " << outcome.reason << '\n';
    }
  }
  std::cout.flush();
}

void fail_where_studies_failed(const StoreBuilder& builder) {
  const std::size_t failed = count(builder, store::Outcome::kFailed);
  const std::size_t all = builder.outcomes().size();
  if (failed == all) {
    throw Error(ExitCode::kNothingFound,
                all == 0 ? "the studies file lists no study" : "no study could be prepared; see the list above");
  }
  if (failed > 0) {
    throw Error(ExitCode::kBadInput, std::to_string(failed) + " of " + std::to_string(all) + " studies failed and " +
                                         (failed == 1 ? "is" : "are") +
                                         " not in the store; repair or remove them and run this again");
  }
}

void refuse_incomplete(const StoreBuilder& builder, const study::StudiesFile& studies, std::size_t shard_count) {
  const std::vector<std::size_t> shards = store::shard_numbers(studies.studies, shard_count);
  std::set<std::size_t> again;
  std::size_t missing = 0;
  for (std::size_t i = 0; i < shards.size(); ++i) {
    const store::StudyOutcome& outcome = builder.outcomes()[i];
    if (outcome.outcome != store::Outcome::kUpToDate) {
      std::cout << "missing: " << outcome.id << " (shard " << store::shard_name({shards[i], shard_count})
                << "): " << outcome.reason << '\n';
      again.insert(shards[i]);
      ++missing;
    }
  }
  std::cout.flush();
  if (missing > 0) {
    std::vector<std::string> names;
    for (const std::size_t shard : again) {
      names.push_back("--shard " + store::shard_name({shard, shard_count}));
    }
    throw Error(ExitCode::kBadInput, std::to_string(missing) + " of " + std::to_string(shards.size()) +
                                         " studies are not prepared, and store.json is not written; run again: " +
                                         join(names, ", ") + ". Take studies that cannot be prepared out of the studies file");
  }
}

} // namespace brainmvp::app
