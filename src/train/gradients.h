// What is done to gradients between the backward pass and the optimizer.
#pragma once

#include <torch/types.h>

#include <vector>

namespace brainmvp::train {

// Of all values of fp32 tensors on the CPU that have no gaps, in double, in a fixed order whatever the number of threads.
// Not finite when a value is not: squares of finite floats cannot overflow a double.
double sum_of_squares(const std::vector<torch::Tensor>& tensors);

// Euclidean norm of all gradients together; tensors without one count as 0. On a CPU summed in double in a fixed order,
// whatever the number of threads. Not finite when a gradient is not.
double gradient_norm(const std::vector<torch::Tensor>& parameters);

// Multiplies all gradients by max_norm / (norm + 1e-6) where that is below 1, as torch.nn.utils.clip_grad_norm_ does.
// `norm` is that of gradient_norm; max_norm 0 leaves them alone.
void clip_gradients(const std::vector<torch::Tensor>& parameters, double norm, double max_norm);

} // namespace brainmvp::train
