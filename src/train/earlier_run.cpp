#include "train/earlier_run.h"

#include "train/run_checkpoint.h"

namespace brainmvp::train {

std::uint64_t EarlierRun::samples_per_step() const {
  const checkpoint::Value& counters = checkpoint_field(value, "counters", file);
  if (counters.find("samples_per_step") != nullptr) {
    return static_cast<std::uint64_t>(counters.find("samples_per_step")->integer("samples_per_step"));
  }
  const std::int64_t steps = checkpoint_field(counters, "step", file).integer("step");
  const std::int64_t samples = checkpoint_field(counters, "samples", file).integer("samples");
  return static_cast<std::uint64_t>(steps > 0 ? samples / steps : 1);
}

std::uint64_t EarlierRun::total_steps() const {
  const checkpoint::Value& schedule = checkpoint_field(value, "schedule", file);
  return static_cast<std::uint64_t>(checkpoint_field(schedule, "total_steps", file).integer("total_steps"));
}

std::optional<EarlierRun> find_earlier_run(const SessionOptions& options) {
  const std::filesystem::path last = options.folder / "checkpoints" / "last.pt";
  if (!options.resume || !std::filesystem::exists(last)) {
    return std::nullopt;
  }
  return EarlierRun{.file = last, .value = checkpoint::read_pt(last)};
}

} // namespace brainmvp::train
