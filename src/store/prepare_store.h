// A whole studies file into a store: what is up to date is kept, the rest is prepared in parallel.
//
//   StoreBuilder builder(file, "studies.json", "store", {.threads = 4});
//   builder.check_resources();
//   builder.run([](const StudyOutcome&) {});
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "store/prepare.h"
#include "store/store_lock.h"
#include "study/studies_file.h"

namespace brainmvp::store {

struct BuildOptions {
  PrepareOptions parameters;
  std::size_t threads = 1;
  bool strict = false; // the first failed study ends the work
  bool force = false;  // everything is done again
  bool shard = false;  // the studies are a part: other processes may prepare others, and store.json is left alone
};

enum class Outcome { kWaiting, kUpToDate, kPrepared, kRedone, kFailed };

struct StudyOutcome {
  std::string id;
  Outcome outcome = Outcome::kWaiting;
  std::string reason; // why it has to be prepared, or why it failed
  std::vector<std::string> warnings;
  StudyCost cost;
};

// What the work will take.
struct Expectation {
  std::size_t studies = 0;
  std::uint64_t disk_bytes = 0;         // as usual
  std::uint64_t largest_disk_bytes = 0; // when nothing can be cropped
  std::uint64_t memory_bytes = 0;       // with all threads at the largest studies
  double seconds = 0;
};

class StoreBuilder {
public:
  // Locks the store (store_lock.h) and finds out what has to be done. Throws as StoreLock.
  StoreBuilder(const study::StudiesFile& studies, const std::filesystem::path& studies_file, std::filesystem::path store,
               BuildOptions options);

  [[nodiscard]] Expectation expectation() const;

  // Throws Error(kOutOfResources) when memory or disk cannot be enough; nothing is lowered silently.
  void check_resources() const;

  // Prepares what waits, calling `done` (from any thread, one at a time) after each study; then writes store.json. Throws
  // when a study fails under `strict`, when memory or disk is used up, and Error(kInterrupted) after a signal: the studies
  // that were complete by then are kept, and store.json stays as it was.
  void run(const std::function<void(const StudyOutcome&)>& done);

  [[nodiscard]] const std::vector<StudyOutcome>& outcomes() const { return outcomes_; }
  [[nodiscard]] const std::vector<std::string>& unlisted() const { return unlisted_; } // ids that store.json no longer lists
  [[nodiscard]] std::uint64_t size_on_disk() const;                                    // of the listed studies, in bytes

private:
  void find_work(std::size_t position);
  void prepare_one(std::size_t position, std::size_t threads);
  void stop(std::exception_ptr error);
  void write_list();
  [[nodiscard]] std::vector<std::size_t> waiting() const;

  const study::StudiesFile& studies_;
  std::filesystem::path studies_file_;
  std::filesystem::path base_;
  std::filesystem::path store_;
  BuildOptions options_;
  StoreLock lock_;
  std::vector<StudyOutcome> outcomes_; // as studies_.studies
  std::vector<std::string> unlisted_;
  std::atomic<bool> stopping_ = false;
  std::exception_ptr error_;
  std::mutex mutex_;
};

} // namespace brainmvp::store
