// Pre-training as a session trains it, whatever its objective.
#pragma once

#include <c10/core/Device.h>

#include <memory>
#include <optional>
#include <vector>

#include "objectives/objective.h"
#include "runtime/named_tensors.h"
#include "runtime/precision.h"
#include "store/loader.h"
#include "train/learner.h"

namespace brainmvp::pretrain {

struct LearnerSetup {
  const store::Store& store;         // outlives the learner, as the group does
  std::vector<std::size_t> training; // positions in the store
  std::vector<std::size_t> validation;
  image::Size crop{96, 96, 96};
  std::size_t batch_size = 1;
  store::Intensities intensities = store::Intensities::kClipped;
  std::uint64_t seed = 0;
  std::size_t loader_threads = 2;
  std::filesystem::path run; // its folder
  runtime::Precision precision = runtime::Precision::kFloat32;
  at::Device device{at::kCPU};
  const parallel::Group& group;
};

class Learner : public train::Learner {
public:
  Learner(LearnerSetup setup, std::unique_ptr<objectives::Objective> objective)
      : setup_(std::move(setup)), objective_(std::move(objective)) {}

  [[nodiscard]] std::string what() const override { return "pre-training"; }
  [[nodiscard]] torch::nn::Module& network() const override { return objective_->network(); }
  [[nodiscard]] NamedTensors parameters() const override { return objective_->parameters(); }
  [[nodiscard]] NamedTensors weights() const override { return objective_->weights(); }

  void open(const store::Distribution& distribution, std::uint64_t first) override;
  train::BatchLosses next_batch(const train::BatchPlace& place) override;
  [[nodiscard]] double waited_seconds() const override { return loader_ ? loader_->waited_seconds() : 0; }
  [[nodiscard]] double criterion(const train::NamedValues& means) const override { return objective_->criterion(means); }

  [[nodiscard]] bool validates() const override { return !setup_.validation.empty(); }

  // Means over one crop of each validation study. Crops and all draws are the same at every call.
  Validation validate() override;

  // Of one crop that is the same at every call and changes nothing of the training.
  void log_pictures(train::RunFolder& folder, std::uint64_t step) override;
  void finish() override { objective_->finish(setup_.run); }
  [[nodiscard]] std::vector<std::string> next_commands(const std::filesystem::path& run) const override;

private:
  [[nodiscard]] store::CropLoaderOptions loader_options(std::uint64_t seed, const store::Distribution& distribution) const;
  [[nodiscard]] objectives::Batch batch_of(store::CropBatch crops) const;
  NamedTensors losses_of(const objectives::Batch& batch, const objectives::Step& step);
  [[nodiscard]] objectives::Batch choose_pictured() const;

  LearnerSetup setup_;
  std::unique_ptr<objectives::Objective> objective_;
  std::optional<store::CropLoader> loader_;
  std::optional<objectives::Batch> pictured_;
};

} // namespace brainmvp::pretrain
