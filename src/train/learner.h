// What a session trains: the data, a network and its losses, whatever the method.
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "checkpoint/checkpoint.h"
#include "runtime/named_tensors.h"
#include "store/distribution.h"
#include "train/adamw.h"
#include "train/run_folder.h"

namespace brainmvp::train {

using NamedValues = std::vector<std::pair<std::string, double>>;

// Adds `share` times the terms, scalars, to the means of the same names.
void add_share(NamedValues& means, const NamedTensors& terms, double share);

// Where a batch stands, and what it may need.
struct BatchPlace {
  std::uint64_t step = 0; // optimizer steps done before
  std::uint64_t total_steps = 1;
  AdamW& optimizer; // rows of a parameter whose gradients are sparse must be settled before they are read; elsewhere all are
};

struct BatchLosses {
  NamedTensors terms;      // scalars over the samples of all ranks, alike in each; "loss" first, which gradients come from
  store::Portion portion;  // of the step's samples
  std::uint64_t epoch = 0; // of its first sample
  std::vector<std::string> studies; // ids
};

class Learner {
public:
  virtual ~Learner() = default;

  [[nodiscard]] virtual std::string what() const = 0; // "pre-training", for messages
  [[nodiscard]] virtual torch::nn::Module& network() const = 0;
  [[nodiscard]] virtual NamedTensors parameters() const = 0; // that the optimizer changes
  [[nodiscard]] virtual NamedTensors weights() const = 0;    // every tensor of a checkpoint, detached, shared with the model

  // Opens the data where the run goes on: at batch `first` of this rank.
  virtual void open(const store::Distribution& distribution, std::uint64_t first) = 0;
  virtual BatchLosses next_batch(const BatchPlace& place) = 0;
  [[nodiscard]] virtual double waited_seconds() const = 0; // for data, in all

  // What `best` follows without validation, of a step's means.
  [[nodiscard]] virtual double criterion(const NamedValues& means) const { return means.front().second; }

  struct Validation {
    double loss = 0;           // what `best` follows: lower is better
    NamedValues values;        // as metrics.jsonl has them
    std::string followed = {}; // the value among them that says the same as `loss`; empty: the first
    std::string flat = {};     // what the network does not do yet: "predicts only background"
  };
  [[nodiscard]] virtual bool validates() const = 0;
  virtual Validation validate() = 0;

  virtual void log_pictures(RunFolder& /*folder*/, std::uint64_t /*step*/) {} // of how it does
  virtual void finish() {}                                                    // once the schedule has ended, on the first rank
  [[nodiscard]] virtual std::vector<std::string> next_commands(const std::filesystem::path& /*run*/) const { return {}; }
};

} // namespace brainmvp::train
