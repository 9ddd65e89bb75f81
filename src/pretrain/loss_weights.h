// Weights of the three proxy tasks in the objective.
#pragma once

namespace brainmvp::pretrain {

struct Weights {
  double distillation = 1;
  double reconstruction = 1;
  double contrastive = 0; // 0 leaves the term out
  double temperature = 1;
};

} // namespace brainmvp::pretrain
