// Fine-tuning of networks that are given a whole volume: classification and regression.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "finetune/learner.h"
#include "nn/networks/classification.h"

namespace brainmvp::finetune {

class WholeVolumeLearner : public Learner {
public:
  // `strata`: of each training study, drawn as often as any other of them; empty: each study alike.
  WholeVolumeLearner(const TrainingSetup& setup, const std::shared_ptr<torch::nn::Module>& network,
                     std::vector<std::size_t> strata);

protected:
  [[nodiscard]] std::unique_ptr<Reader> read(const store::Distribution& distribution, std::uint64_t first) const override;

  [[nodiscard]] torch::Tensor outputs(const SampleBatch& samples, const parallel::BatchShare& share) const; // [B, K]

  // `fill` is given each validation study, by its place among them, and the network's outputs [1, K] in fp32 on the CPU, and
  // writes `width` numbers: [studies][width] of all ranks, the same in each.
  using Fill = std::function<void(std::size_t index, const torch::Tensor& outputs, std::span<double> numbers)>;
  [[nodiscard]] std::vector<double> over_validation(std::size_t width, const Fill& fill) const;

private:
  [[nodiscard]] torch::Tensor outputs_of(const store::StoredStudy& study) const;

  std::vector<std::size_t> strata_;
  std::shared_ptr<nn::ClassificationNetwork> network_;
};

// --crop, --sizing and --dropout.
std::vector<settings::Setting> whole_volume_settings(RunOptions& options);

} // namespace brainmvp::finetune
