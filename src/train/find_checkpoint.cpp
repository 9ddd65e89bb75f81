#include "train/find_checkpoint.h"

#include "base/error.h"
#include "base/text.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/shards.h"
#include "train/checkpoint_folder.h"
#include "train/run_checkpoint.h"
#include "train/shipped_weights.h"

namespace brainmvp::train {
namespace fs = std::filesystem;

std::uint64_t FoundCheckpoint::samples_per_step() const {
  const checkpoint::Value& counters = checkpoint_field(value, "counters", file);
  if (const checkpoint::Value* stored = counters.find("samples_per_step")) {
    return static_cast<std::uint64_t>(stored->integer("samples_per_step"));
  }
  const std::int64_t steps = checkpoint_field(counters, "step", file).integer("step");
  const std::int64_t samples = checkpoint_field(counters, "samples", file).integer("samples");
  return static_cast<std::uint64_t>(steps > 0 ? samples / steps : 1);
}

std::uint64_t FoundCheckpoint::total_steps() const {
  const checkpoint::Value& schedule = checkpoint_field(value, "schedule", file);
  return static_cast<std::uint64_t>(checkpoint_field(schedule, "total_steps", file).integer("total_steps"));
}

std::optional<FoundCheckpoint> newest_whole_checkpoint(const fs::path& folder) {
  std::vector<fs::path> files = numbered_checkpoints(folder);
  std::error_code ignored;
  if (files.empty() && !fs::exists(folder / kLastName, ignored)) {
    return std::nullopt;
  }
  files.push_back(folder / kLastName);
  std::vector<std::string> damaged;
  for (; !files.empty(); files.pop_back()) {
    try {
      return FoundCheckpoint{.file = files.back(), .value = checkpoint::read_pt(files.back()), .damaged = damaged};
    } catch (const Error& error) {
      if (error.code() != ExitCode::kBadInput) {
        throw;
      }
      damaged.push_back(error.message());
    }
  }
  throw Error(ExitCode::kBadInput,
              "no checkpoint of this run is whole, so that it cannot go on; restore one of them from a copy, or "
              "start again with --force\n" +
                  join(damaged, "\n"));
}

std::optional<FoundCheckpoint> find_earlier_run(const SessionOptions& options) {
  return options.resume ? newest_whole_checkpoint(options.folder / "checkpoints") : std::nullopt;
}

fs::path checkpoint_of(const fs::path& run_or_file) {
  if (const auto shipped = shipped_weights_named(run_or_file.string())) {
    return *shipped;
  }
  if (!fs::is_directory(run_or_file)) {
    checkpoint::refuse_part(run_or_file);
    return run_or_file;
  }
  if (const auto index = checkpoint::index_in(run_or_file)) {
    return *index;
  }
  for (const char* name : {kLastName, kBestName}) {
    if (fs::is_regular_file(run_or_file / "checkpoints" / name)) {
      return run_or_file / "checkpoints" / name;
    }
  }
  throw Error(ExitCode::kBadInput,
              run_or_file.string() + ": no checkpoints/last.pt or best.pt in it; name a run folder or a checkpoint");
}

} // namespace brainmvp::train
