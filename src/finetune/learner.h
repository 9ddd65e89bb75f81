// Fine-tuning as a session trains it, whatever the network gives.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "finetune/batch.h"
#include "finetune/options.h"
#include "model/model.h"
#include "nn/networks/network.h"
#include "runtime/named_tensors.h"
#include "runtime/precision.h"
#include "store/store.h"
#include "train/learner.h"

namespace brainmvp::finetune {

// Everything referred to outlives the learner.
struct TrainingSetup {
  const RunOptions& options;
  const store::Store& store;
  const model::ModelDescription& description;
  std::vector<std::size_t> training; // positions in the store
  std::vector<std::size_t> validation;
  runtime::Precision precision = runtime::Precision::kFloat32;
  at::Device device{at::kCPU};
  const parallel::Group& group;
};

class Learner : public train::Learner {
public:
  using Reader = store::ReadAhead<SampleBatch>;

  Learner(const TrainingSetup& setup, std::shared_ptr<torch::nn::Module> network) : setup_(setup), network_(std::move(network)) {}

  [[nodiscard]] std::string what() const override { return "fine-tuning"; }
  [[nodiscard]] torch::nn::Module& network() const override { return *network_; }
  [[nodiscard]] NamedTensors parameters() const override { return nn::parameters_of(*network_); }
  [[nodiscard]] NamedTensors weights() const override { return nn::detached_state(*network_); }
  void open(const store::Distribution& distribution, std::uint64_t first) override { reader_ = read(distribution, first); }
  train::BatchLosses next_batch(const train::BatchPlace& place) override;
  [[nodiscard]] double waited_seconds() const override { return reader_ ? reader_->waited_seconds() : 0; }
  [[nodiscard]] bool validates() const override { return !setup_.validation.empty(); }
  [[nodiscard]] std::vector<std::string> next_commands(const std::filesystem::path& run) const override;

protected:
  [[nodiscard]] virtual std::unique_ptr<Reader> read(const store::Distribution& distribution, std::uint64_t first) const = 0;

  // Of a batch over the samples of all ranks, as train::BatchLosses has them.
  [[nodiscard]] virtual NamedTensors losses(const SampleBatch& samples, const parallel::BatchShare& share) const = 0;

  // What `evaluate` takes of a folder of its predictions, with options; empty: there is nothing to evaluate.
  [[nodiscard]] virtual std::string evaluated(const std::string& /*predictions*/) const { return {}; }

  // Most channels that a mixture takes from templates; 0: no mixtures.
  [[nodiscard]] virtual std::size_t mix_channels() const { return 0; }

  [[nodiscard]] const TrainingSetup& setup() const { return setup_; }
  [[nodiscard]] SampleOptions sample_options(const store::Distribution& distribution) const;
  [[nodiscard]] NetworkBatch network_batch_of(const SampleBatch& samples) const;

  // The validation studies that this rank looks at, as positions in setup().validation.
  [[nodiscard]] std::vector<std::size_t> own_validation() const;

  // All channels of a stored study: [C, H, W, D], missing ones filled from their templates.
  [[nodiscard]] torch::Tensor whole_study(const store::StoredStudy& study) const;

private:
  TrainingSetup setup_;
  std::shared_ptr<torch::nn::Module> network_;
  std::unique_ptr<Reader> reader_;
};

} // namespace brainmvp::finetune
