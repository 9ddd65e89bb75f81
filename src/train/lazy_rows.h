// Rows of a parameter whose gradient is mostly zero: they take their steps late, several at once.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <span>
#include <vector>

#include "train/adam_step.h"

namespace brainmvp::train {

// A row without a gradient still moves: momentum goes on and weights decay. What a row lacks is made up for at once,
// on a CPU value by value in the registers, bit for bit as if none had been late.
class LazyRows {
public:
  // Contiguous fp32 tensors, shared, cut into `rows` of one size. `taken`: steps that all rows have.
  LazyRows(const torch::Tensor& parameter, const torch::Tensor& average, const torch::Tensor& average_of_squares,
           std::int64_t rows, double taken);

  [[nodiscard]] std::int64_t rows() const { return parameter_.size(0); }

  // A step of all rows, to be applied later.
  void defer(double rate);

  // The last step, for a row that takes it with a gradient instead. Throws Error(kInternal) unless that is all it lacks.
  void skip_deferred(std::int64_t row);

  void settle(std::span<const std::int64_t> rows, const AdamWOptions& options);
  void settle_all(const AdamWOptions& options);

  [[nodiscard]] bool settled() const { return rates_.empty(); }

private:
  [[nodiscard]] std::vector<AdamFactors> steps_from(std::size_t applied, const AdamWOptions& options) const;
  void settle_on_gpu(std::int64_t row, const AdamWOptions& options);

  torch::Tensor parameter_, average_, average_of_squares_;
  double taken_;                     // steps before those of rates_
  std::vector<double> rates_;        // of the steps since
  std::vector<std::size_t> applied_; // how many of these each row has taken
};

} // namespace brainmvp::train
