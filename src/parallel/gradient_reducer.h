// Adds up the gradients of all ranks while the backward pass still runs.
#pragma once

#include <torch/types.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "parallel/group.h"
#include "runtime/named_tensors.h"

namespace brainmvp::parallel {

class GradientReducer {
public:
  // `group` outlives it. Parameters that the first loss does not reach must be reached by none; gradients that are sparse are
  // left to the caller (sum_sparse_rows).
  GradientReducer(const Group& group, NamedTensors parameters);
  ~GradientReducer();
  GradientReducer(GradientReducer&&) noexcept;
  GradientReducer& operator=(GradientReducer&&) = delete;

  // loss.backward(). With `last` the gradients, those of earlier passes included, are then the sums over ranks; before, nothing
  // is exchanged but what the loss itself needs. With several ranks the first call goes back twice, to find out which parameters
  // it reaches; no parameter has a gradient before it. Throws as Group does.
  void backward(const torch::Tensor& loss, bool last);

private:
  struct State;
  const Group& group_;
  std::unique_ptr<State> state_; // null where the process is alone
};

} // namespace brainmvp::parallel
