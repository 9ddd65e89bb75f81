// What a pre-training learns from: its data, its network, its losses, and what it leaves behind. An objective is a file or a
// small folder here, and one row in objectives.cpp (docs/develop/extending.md).
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/random.h"
#include "checkpoint/checkpoint.h"
#include "io/png.h"
#include "nn/networks/backbones.h"
#include "nn/networks/initialisation.h"
#include "nn/networks/network.h"
#include "parallel/group.h"
#include "runtime/named_tensors.h"
#include "settings/settings.h"
#include "store/loader.h"
#include "train/adamw.h"
#include "train/learner.h"

namespace brainmvp::objectives {

// What the samples of a batch are made of, as store::CropLoaderOptions takes it.
struct DataNeeds {
  std::vector<std::string> modalities = {};    // that are shown; empty: all. A study with none of them is refused
  std::size_t channels = 1;                    // modalities a sample
  std::size_t crops = 1;                       // of a study's volume a sample, each drawn for itself
  std::optional<image::Size> common_grid = {}; // inside which crops lie
};

// Besides activations of the network.
struct MemoryNeeds {
  double parameters = 0;                       // bytes of all that is trained
  double gradients = 0;                        // bytes of a step besides one gradient a parameter
  std::int64_t views = 1;                      // crops that the network is given a sample
  nn::Workload work = nn::Workload::kPretrain; // what a view costs
};

// What every objective starts from. `store` outlives it.
struct ObjectiveSetup {
  const store::Store& store;
  std::vector<std::size_t> training; // positions in the store
  std::string network;
  nn::Initialisation initialisation = nn::Initialisation::kPublic;
  image::Size crop{96, 96, 96};
  store::Intensities intensities = store::Intensities::kClipped;
  std::uint64_t seed = 0;
  std::size_t threads = 1;
  bool has_init = false;      // weights of an earlier run follow
  std::size_t batch_size = 1; // samples that losses compare: of a batch, over all ranks
};

struct Batch {
  torch::Tensor images; // [B, crop, C, H, W, D] on the device
  std::vector<store::CropSample> samples;
  std::vector<std::string> studies; // their ids
};

struct Step {
  std::uint64_t number = 0; // of the schedule, from 0
  std::uint64_t total = 1;
  std::uint64_t seed = 0; // of every draw, with the epoch, the study and a purpose
  parallel::BatchShare share = {};
  bool validates = false; // as at the end of the schedule, the same at every call, and without gradient
  bool pictured = false;  // pictures() shows this batch
  // Brings rows of a parameter whose gradients are sparse up to date: before they are read.
  std::function<void(const torch::Tensor& parameter, std::span<const std::int64_t> rows)> settle = {};
};

// Of what is drawn for one sample and purpose: it depends neither on the rest of the batch nor on threads and ranks.
RandomStream stream_of(const Batch& batch, std::size_t sample, const Step& step, std::string_view purpose);

// Draws the weights of a network that was just made. Throws Error(kUsage) for a crop that the setup's backbone cannot take.
void start_network(torch::nn::Module& network, const ObjectiveSetup& setup);

// How an objective that restores images goes from features to an image: its setting, network and memory.
struct DecoderChoice {
  nn::Decoder decoder = nn::Decoder::kPlain;

  [[nodiscard]] settings::Setting setting();

  // With freshly drawn weights. Throws Error(kUsage) for a crop that it cannot take. The plain one of several channels is the
  // generic one of every backbone.
  [[nodiscard]] std::shared_ptr<nn::ReconstructionNetwork> network(const ObjectiveSetup& setup, std::int64_t channels = 1) const;
  [[nodiscard]] nn::Workload work() const {
    return decoder == nn::Decoder::kPlain ? nn::Workload::kPretrain : nn::Workload::kSegment;
  }
};

double peak_signal_to_noise(double mean_square_error); // in dB, where 1 is the 95th percentile of an image

class Objective {
public:
  // The network is made first, with freshly drawn weights, so that they do not depend on what else is drawn.
  explicit Objective(std::shared_ptr<torch::nn::Module> network, nn::Workload work = nn::Workload::kPretrain)
      : network_(std::move(network)), work_(work) {}
  virtual ~Objective() = default;

  [[nodiscard]] virtual DataNeeds data() const = 0;
  [[nodiscard]] virtual MemoryNeeds memory() const; // of the network's parameters, and one view

  // What takes long or much memory: once it is known that both suffice. Then, with the run's log open, what is to be warned of.
  virtual void start(const ObjectiveSetup& /*setup*/) {}
  virtual void warn(const ObjectiveSetup& /*setup*/) const {}

  [[nodiscard]] torch::nn::Module& network() const { return *network_; }
  [[nodiscard]] virtual NamedTensors parameters() const { return nn::parameters_of(*network_); } // that the optimizer changes
  [[nodiscard]] virtual std::vector<double> rate_factors() const { return {}; } // of the learning rate; empty: all 1
  // Every tensor of a checkpoint, detached, shared; those that begin with "encoder." transfer.
  [[nodiscard]] virtual NamedTensors weights() const { return nn::detached_state(*network_); }
  virtual void to(const at::Device& device) { network_->to(device); }

  // Scalars over the samples of all ranks, alike in each: "loss" first, which gradients come from, then what else is recorded.
  virtual NamedTensors losses(const Batch& batch, const Step& step) = 0;

  // Of a step's means: what `best` follows without validation.
  [[nodiscard]] virtual double criterion(const train::NamedValues& means) const { return means.front().second; }

  // Of means over the validation studies: what is recorded; `best` follows the first, lower is better.
  [[nodiscard]] virtual train::NamedValues validation(const train::NamedValues& means) const;

  // Of the last batch that was pictured, and of what is learned, for TensorBoard and the report.
  [[nodiscard]] virtual std::vector<std::pair<std::string, io::Picture>> pictures() const { return {}; }
  // What they show as numbers: "reconstruction/error_view1" belongs to the picture "reconstruction".
  [[nodiscard]] virtual train::NamedValues picture_errors() const { return {}; }

  [[nodiscard]] virtual checkpoint::Dict description() const { return {}; } // entries of its checkpoints

  // What is written into the run's folder at the end; check_output() refuses before the start what would not be written then.
  virtual void check_output(const std::filesystem::path& /*run*/) const {}
  virtual void finish(const std::filesystem::path& /*run*/) const {}

private:
  std::shared_ptr<torch::nn::Module> network_;
  nn::Workload work_;
};

// What an objective can be told. An object is not copied while rows refer to it.
class ObjectiveSettings {
public:
  virtual ~ObjectiveSettings() = default;

  // Its options as rows that refer to this object.
  [[nodiscard]] virtual std::vector<settings::Setting> settings() = 0;

  [[nodiscard]] virtual nn::Workload work() const { return nn::Workload::kPretrain; } // what a view costs

  // Throws Error(kUsage) for settings that do not go together.
  [[nodiscard]] virtual std::unique_ptr<Objective> make(const ObjectiveSetup& setup) const = 0;
};

} // namespace brainmvp::objectives
