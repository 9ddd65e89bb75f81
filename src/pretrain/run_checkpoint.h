// What a checkpoint of a pre-training holds. Keys: docs/architecture.md.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "checkpoint/value.h"
#include "image/affine.h"
#include "pretrain/model.h"
#include "train/schedule.h"

namespace brainmvp::pretrain {

// What changes during a run besides weights and optimizer. Random streams need nothing more: they are pure functions of the
// seed and of how many steps were done.
struct RunState {
  std::uint64_t step = 0;   // optimizer steps done
  std::uint64_t epoch = 0;  // passes over the data before the last batch
  double smoothed_loss = 0; // of training, without the contrastive term; 0 before the first step
  double best_loss = std::numeric_limits<double>::infinity();
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
  std::vector<std::string> modalities; // of the training studies that have a template, in the order of the bank
  image::Affine template_affine;
  train::Schedule schedule;
};

// `optimizer` is left out of the file when it is null.
checkpoint::Value run_checkpoint(const Model& model, const train::AdamW* optimizer, const RunIdentity& identity,
                                 const RunState& state);

// Fills model and optimizer and gives the state. Throws Error(kUsage) that names each difference of configuration, network,
// precision or store which would bend the curve; warns of those that cannot matter. `file` names the checkpoint in messages.
RunState resume_from(const checkpoint::Value& value, const std::filesystem::path& file, const RunIdentity& identity, Model& model,
                     train::AdamW& optimizer);

// Names of the keys whose values differ between two resolved configurations, as "table.key: before -> now".
struct ConfigDifference {
  std::string key; // "train.batch_size"
  std::string before;
  std::string now; // "nothing" where the key is absent
};
std::vector<ConfigDifference> config_differences(const std::string& before, const std::string& now);

} // namespace brainmvp::pretrain
