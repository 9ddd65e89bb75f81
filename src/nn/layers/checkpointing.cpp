#include "nn/layers/checkpointing.h"

#include <ATen/autocast_mode.h>
#include <ATen/ops/cat.h>
#include <torch/autograd.h>

#include <memory>

#include "nn/kernels/execution.h"

namespace brainmvp::nn {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

thread_local bool this_thread_recomputes = false;

// What the forward pass found, for its repetition.
struct ForwardContext : torch::CustomClassHolder {
  FunctionOfTensors function;
  Execution execution;
  bool autocast = false;
  at::ScalarType autocast_type = at::kFloat;
};

class Recomputation {
public:
  Recomputation(const ForwardContext& context_of_forward, at::DeviceType device)
      : execution_(context_of_forward.execution), device_(device), autocast_(at::autocast::is_autocast_enabled(device)),
        type_(at::autocast::get_autocast_dtype(device)) {
    at::autocast::set_autocast_enabled(device, context_of_forward.autocast);
    at::autocast::set_autocast_dtype(device, context_of_forward.autocast_type);
    this_thread_recomputes = true;
  }

  ~Recomputation() {
    this_thread_recomputes = false;
    at::autocast::set_autocast_enabled(device_, autocast_);
    at::autocast::set_autocast_dtype(device_, type_);
  }

  Recomputation(const Recomputation&) = delete;
  Recomputation& operator=(const Recomputation&) = delete;

private:
  ExecutionScope execution_;
  at::DeviceType device_;
  bool autocast_;
  at::ScalarType type_;
};

class CheckpointedFunction : public torch::autograd::Function<CheckpointedFunction> {
public:
  static Tensor forward(AutogradContext* context, at::TensorList inputs,
                        const c10::intrusive_ptr<ForwardContext>& context_of_forward) {
    context->save_for_backward(inputs.vec());
    context->saved_data["context_of_forward"] = c10::IValue::make_capsule(context_of_forward);
    return context_of_forward->function(inputs.vec()); // autograd is off here
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto capsule = context->saved_data["context_of_forward"].toCapsule();
    const auto& context_of_forward = static_cast<const ForwardContext&>(*capsule);
    variable_list inputs = context->get_saved_variables();
    for (Tensor& input : inputs) {
      input = input.detach().requires_grad_(input.requires_grad());
    }
    const at::AutoGradMode with_gradient(true);
    Tensor y;
    {
      const Recomputation scope(context_of_forward, inputs.front().device().type());
      y = context_of_forward.function(inputs);
    }
    torch::autograd::backward({y}, {gradients[0]});
    variable_list result;
    for (const Tensor& input : inputs) {
      result.push_back(input.grad());
    }
    result.emplace_back(); // of context_of_forward
    return result;
  }
};

} // namespace

Tensor checkpointed(const FunctionOfTensors& function, const std::vector<Tensor>& inputs) {
  const auto device = inputs.front().device().type();
  auto context_of_forward = c10::make_intrusive<ForwardContext>();
  context_of_forward->function = function;
  context_of_forward->execution = current_execution();
  context_of_forward->autocast = at::autocast::is_autocast_enabled(device);
  context_of_forward->autocast_type = at::autocast::get_autocast_dtype(device);
  return CheckpointedFunction::apply(at::TensorList(inputs), context_of_forward);
}

Tensor forward_samples(bool is_training, const FunctionOfTensors& function, const std::vector<Tensor>& inputs) {
  if (!is_training || !current_execution().checkpoints_activations) {
    return function(inputs);
  }
  std::vector<Tensor> outputs;
  for (std::int64_t b = 0; b < inputs.front().size(0); ++b) {
    std::vector<Tensor> sample;
    for (const Tensor& input : inputs) {
      sample.push_back(input.narrow(0, b, 1));
    }
    outputs.push_back(checkpointed(function, sample));
  }
  return outputs.size() == 1 ? outputs.front() : at::cat(outputs);
}

bool is_recomputing() { return this_thread_recomputes; }

} // namespace brainmvp::nn
