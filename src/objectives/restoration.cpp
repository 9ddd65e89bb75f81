#include "objectives/restoration.h"

#include "nn/kernels/working_type.h"
#include "objectives/pictures.h"
#include "parallel/sums.h"
#include "runtime/ordered_sums.h"

namespace brainmvp::objectives {

NamedTensors Restoration::losses(const Batch& batch, const Step& step) {
  Damaged damaged;
  {
    const nn::WithoutAutocast guard;
    damaged = damage(batch, step);
  }
  const torch::Tensor& target = damaged.target;
  const torch::Tensor output = restore(damaged.input).to(target.scalar_type());
  if (step.pictured) {
    last_ = damaged;
    last_output_ = output;
  }
  const nn::WithoutAutocast guard;
  const torch::Tensor counted =
      damaged.counted.defined() ? damaged.counted.to(target.scalar_type()).expand_as(target) : at::ones_like(target);
  const torch::Tensor difference = output - target;
  const torch::Tensor squares = ordered_sum(counted * difference.square());
  const torch::Tensor errors = measure_ == Measure::kSquare ? squares : ordered_sum(counted * difference.abs());
  const torch::Tensor sums = parallel::sum_over_ranks(at::stack({errors, squares.detach(), ordered_sum(counted)}), step.share);
  NamedTensors terms{{"loss", sums[0] / sums[2]}};
  if (measure_ != Measure::kSquare) {
    terms.emplace_back("mse", (sums[1] / sums[2]).detach());
  }
  return terms;
}

train::NamedValues Restoration::validation(const train::NamedValues& means) const {
  const double mean_square = means.at(measure_ == Measure::kSquare ? 0 : 1).second;
  return {{"validation_loss", means.front().second}, {"validation_psnr", peak_signal_to_noise(mean_square)}};
}

std::vector<std::pair<std::string, io::Picture>> Restoration::pictures() const {
  return {{"restoration", columns_sheet({last_.target, last_.input, last_output_, (last_output_ - last_.target).abs()})}};
}

train::NamedValues Restoration::picture_errors() const {
  return {{"restoration/error", mean_absolute_error(last_output_, last_.target, last_.counted)}};
}

} // namespace brainmvp::objectives
