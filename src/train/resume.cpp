#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "io/config_file.h"
#include "train/run_checkpoint.h"

namespace brainmvp::train {
namespace {

using checkpoint::Value;

// Keys that bend no curve, or only in the last bits. Precision is compared as it was chosen.
constexpr std::array<std::string_view, 8> kHarmless{
    "run.threads",          "run.device", "run.precision",          "run.rank_timeout",
    "store.loader_threads", "train.keep", "train.checkpoint_every", "train.log_images_every"};

// What runs did that were begun before a key was written.
const std::map<std::string, io::ConfigValues> kBefore{{"pretrain.objective", {"brainmvp"}}};

std::map<std::string, io::ConfigValues> entries_of(const std::string& config) {
  std::map<std::string, io::ConfigValues> entries;
  for (io::ConfigEntry& entry : io::read_config_text(config, "configuration of the run")) {
    entries[entry.table + "." + entry.key] = std::move(entry.values);
  }
  return entries;
}

std::string text_or_nothing(const io::ConfigValues& values) { return values.empty() ? "nothing" : io::toml_text(values); }

std::vector<std::string> differences(const Value& value, const std::filesystem::path& file, const RunIdentity& identity) {
  std::vector<std::string> texts;
  for (const ConfigDifference& difference :
       config_differences(checkpoint_field(value, "config", file).text("config"), identity.config)) {
    const std::string text = difference.key + " was " + difference.before + " and is now " + difference.now;
    if (bends_curve(difference.key)) {
      texts.push_back(text);
    } else if (difference.key != "run.precision") {
      log::warning("resumed with another setting: " + text);
    }
  }
  const std::array<std::pair<const char*, const std::string*>, 3> compared{
      {{"network", &identity.network}, {"precision", &identity.precision}, {"store_fingerprint", &identity.store_fingerprint}}};
  for (const auto& [name, now] : compared) {
    const std::string& before = checkpoint_field(value, name, file).text(name);
    if (before != *now) {
      texts.push_back(std::string(name) + " was " + before + " and is now " + *now);
    }
  }
  const std::string& version = checkpoint_field(value, "brainmvp_version", file).text("brainmvp_version");
  if (version != identity.program_version) {
    log::warning(file.string() + ": written by brainmvp " + version + ", resumed with " + identity.program_version);
  }
  return texts;
}

void fill_weights(const Value& value, const std::filesystem::path& file, const NamedTensors& weights) {
  const checkpoint::TransferReport report = checkpoint::transfer(checkpoint::weights_of(value), weights);
  if (!report.missing.empty() || !report.unused.empty() || !report.mismatched.empty()) {
    throw Error(ExitCode::kUsage, file.string() + ": holds another network than this run's\n" + report.summary());
  }
}

} // namespace

const Value& checkpoint_field(const Value& value, const char* name, const std::filesystem::path& file) {
  const Value* found = value.find(name);
  if (found == nullptr) {
    throw Error(ExitCode::kBadInput,
                file.string() + ": has no " + name + "; it is no checkpoint of a run that can go on (use it with --init)");
  }
  return *found;
}

bool bends_curve(const std::string& key) { return std::ranges::find(kHarmless, key) == kHarmless.end(); }

std::vector<ConfigDifference> config_differences(const std::string& before, const std::string& now) {
  std::map<std::string, io::ConfigValues> old_entries = entries_of(before);
  std::map<std::string, io::ConfigValues> new_entries = entries_of(now);
  for (const auto& [key, value] : kBefore) {
    if (new_entries.contains(key)) {
      old_entries.emplace(key, value);
    }
  }
  std::vector<ConfigDifference> differences;
  for (const auto& [key, values] : old_entries) {
    const io::ConfigValues present = new_entries.contains(key) ? new_entries.at(key) : io::ConfigValues{};
    if (!io::same_values(values, present)) {
      differences.push_back({key, text_or_nothing(values), text_or_nothing(present)});
    }
    new_entries.erase(key);
  }
  for (const auto& [key, values] : new_entries) {
    differences.push_back({key, "nothing", text_or_nothing(values)});
  }
  return differences;
}

RunState resume_from(const Value& value, const std::filesystem::path& file, const RunIdentity& identity,
                     const NamedTensors& weights, AdamW& optimizer) {
  const std::vector<std::string> texts = differences(value, file, identity);
  if (!texts.empty()) {
    throw Error(ExitCode::kUsage, file.string() + ": cannot go on with this run, since " + join(texts, "; ") +
                                      "; give what it began with, or start a new run with --init and this file");
  }
  fill_weights(value, file, weights);
  with_context(file.string(), [&] { optimizer.load_state(checkpoint_field(value, "optimizer", file)); });
  const Value& counters = checkpoint_field(value, "counters", file);
  RunState state{.step = static_cast<std::uint64_t>(checkpoint_field(counters, "step", file).integer("step")),
                 .epoch = static_cast<std::uint64_t>(checkpoint_field(counters, "epoch", file).integer("epoch")),
                 .smoothed_loss = checkpoint_field(counters, "smoothed_loss", file).number("smoothed_loss"),
                 .best_loss = checkpoint_field(counters, "best_loss", file).number("best_loss")};
  if (counters.find("best_step") != nullptr) { // later than the others
    state.best_step = static_cast<std::uint64_t>(checkpoint_field(counters, "best_step", file).integer("best_step"));
    state.best_value = checkpoint_field(counters, "best_value", file).number("best_value");
    state.validations = static_cast<std::uint64_t>(checkpoint_field(counters, "validations", file).integer("validations"));
    state.best_validation =
        static_cast<std::uint64_t>(checkpoint_field(counters, "best_validation", file).integer("best_validation"));
    state.flat = checkpoint_field(counters, "flat", file).text("flat");
  }
  return state;
}

} // namespace brainmvp::train
