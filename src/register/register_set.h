// Registers all studies of a studies file: the work of `brainmvp register`.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "register/register_study.h"
#include "study/studies_file.h"

namespace brainmvp::registration {

struct SetOptions {
  RegisterOptions parameters = {};
  std::size_t threads = 1; // over studies; nothing depends on them
  bool strict = false;     // the first study that fails ends the work
  bool force = false;      // what is up to date is done again
};

enum class Outcome { kWaiting, kUpToDate, kRegistered, kFailed };

struct StudyOutcome {
  std::string id;
  Outcome outcome = Outcome::kWaiting;
  std::string reason; // of a failure
  RegisteredStudy result;
};

// Writes output/<id>/ for every study, each at once or not at all, then output/studies.json, which lists those that did not fail,
// and output/registration.tsv. What is up to date stays. `started` is told how many studies wait; `done` is called after
// each, one at a time. Throws Error: kOutput (a folder of something else, or one that another process writes), kOutOfResources,
// kInterrupted, and under `strict` that of the first failed study.
std::vector<StudyOutcome> register_set(const study::StudiesFile& studies, const std::filesystem::path& studies_file,
                                       const std::filesystem::path& output, const SetOptions& options,
                                       const std::function<void(std::size_t)>& started,
                                       const std::function<void(const StudyOutcome&)>& done);

} // namespace brainmvp::registration
