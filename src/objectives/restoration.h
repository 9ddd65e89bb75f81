// What objectives share that damage the images of a sample and let the network restore them.
#pragma once

#include <torch/types.h>

#include <string>
#include <utility>
#include <vector>

#include "objectives/objective.h"

namespace brainmvp::objectives {

struct Damaged {
  torch::Tensor target;  // [B, C, H, W, D]
  torch::Tensor input;   // the same, as the network is shown it
  torch::Tensor counted; // bool, where the error counts, as wide as the target or 1; undefined: everywhere
};

class Restoration : public Objective {
public:
  enum class Measure { kSquare, kAbsolute };
  explicit Restoration(std::shared_ptr<torch::nn::Module> network, nn::Workload work = nn::Workload::kPretrain,
                       Measure measure = Measure::kSquare)
      : Objective(std::move(network), work), measure_(measure) {}

  // The mean error over the voxels that count, of all samples of all ranks: "loss", and "mse" where that is another.
  NamedTensors losses(const Batch& batch, const Step& step) override;

  // The loss, and how well what counts is restored: "validation_psnr".
  [[nodiscard]] train::NamedValues validation(const train::NamedValues& means) const override;

  // "restoration": target, input, output and the size of its error.
  [[nodiscard]] std::vector<std::pair<std::string, io::Picture>> pictures() const override;
  [[nodiscard]] train::NamedValues picture_errors() const override; // "restoration/error", over the voxels that count

private:
  virtual Damaged damage(const Batch& batch, const Step& step) = 0; // outside autocast
  virtual torch::Tensor restore(const torch::Tensor& input) = 0;    // in the shape of the target

  Measure measure_;
  Damaged last_; // what is pictured
  torch::Tensor last_output_;
};

} // namespace brainmvp::objectives
