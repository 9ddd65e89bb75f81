// What the checkpoint of a training holds. Keys: docs/develop/architecture.md.
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "checkpoint/checkpoint.h"
#include "runtime/named_tensors.h"
#include "train/adamw.h"
#include "train/schedule.h"

namespace brainmvp::train {

// What changes during a run besides weights and optimizer. Random streams need nothing more: they are pure functions of the
// seed and of how many steps were done.
struct RunState {
  std::uint64_t step = 0;   // optimizer steps done
  std::uint64_t epoch = 0;  // passes over the data before the last batch
  double smoothed_loss = 0; // of training, what `best` follows without validation; 0 before the first step
  double best_loss = std::numeric_limits<double>::infinity();
  std::uint64_t best_step = 0;       // of best.pt; 0: none yet, or of a run that did not record it
  double best_value = 0;             // of what is followed, as people read it
  std::uint64_t validations = 0;     // done
  std::uint64_t best_validation = 0; // which of them, from 1
  std::string flat = {}; // what the last validation shows that the network does not do yet, "predicts only background"
};

// What stays the same, and what a resumed run must agree with.
struct RunIdentity {
  std::string config; // resolved, TOML
  std::string network;
  std::string precision; // as chosen: "fp32" or "bf16"
  std::string store_fingerprint;
  std::string program_version;
  std::uint64_t seed = 0;
  std::uint64_t samples_per_step = 1;
  Schedule schedule;
  checkpoint::Dict description; // entries that only this kind of training has
};

// All tensors are copies, on the CPU, so that training can go on while they are written. `optimizer` is left out when it is null.
checkpoint::Value run_checkpoint(const NamedTensors& weights, const AdamW* optimizer, const RunIdentity& identity,
                                 const RunState& state);

// An entry of a checkpoint that every run's has. Throws Error(kBadInput) where it is missing.
const checkpoint::Value& checkpoint_field(const checkpoint::Value& value, const char* name, const std::filesystem::path& file);

// Whether every value of every tensor is finite; others are not worth keeping.
bool all_finite(const NamedTensors& weights);

// Fills weights and optimizer and gives the state. Throws Error(kUsage) that names each difference of configuration, network,
// precision or store which would bend the curve; warns of those that cannot matter. `file` names the checkpoint in messages.
RunState resume_from(const checkpoint::Value& value, const std::filesystem::path& file, const RunIdentity& identity,
                     const NamedTensors& weights, AdamW& optimizer);

// Names of the keys whose values differ between two resolved configurations, as "table.key: before -> now".
struct ConfigDifference {
  std::string key; // "train.batch_size"
  std::string before;
  std::string now; // "nothing" where the key is absent
};
std::vector<ConfigDifference> config_differences(const std::string& before, const std::string& now);

// Whether a setting changes what is learned, by more than the last bits.
bool bends_curve(const std::string& key);

} // namespace brainmvp::train
