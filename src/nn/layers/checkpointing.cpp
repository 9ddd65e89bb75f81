#include "nn/layers/checkpointing.h"

#include <ATen/autocast_mode.h>
#include <torch/autograd.h>

#include <memory>

#include "nn/kernels/execution.h"

namespace brainmvp::nn {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;
using Function = std::function<Tensor(const Tensor&)>;

thread_local bool this_thread_recomputes = false;

// What the forward pass found, for its repetition.
struct ForwardContext : torch::CustomClassHolder {
  Function function;
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
  static Tensor forward(AutogradContext* context, const Tensor& x, const c10::intrusive_ptr<ForwardContext>& context_of_forward) {
    context->save_for_backward({x});
    context->saved_data["context_of_forward"] = c10::IValue::make_capsule(context_of_forward);
    return context_of_forward->function(x); // autograd is off here
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto capsule = context->saved_data["context_of_forward"].toCapsule();
    const auto& context_of_forward = static_cast<const ForwardContext&>(*capsule);
    const Tensor x = context->get_saved_variables()[0].detach().requires_grad_();
    const at::AutoGradMode with_gradient(true);
    Tensor y;
    {
      const Recomputation scope(context_of_forward, x.device().type());
      y = context_of_forward.function(x);
    }
    torch::autograd::backward({y}, {gradients[0]});
    return {x.grad(), Tensor()};
  }
};

} // namespace

Tensor checkpointed(const Function& function, const Tensor& x) {
  const auto device = x.device().type();
  auto context_of_forward = c10::make_intrusive<ForwardContext>();
  context_of_forward->function = function;
  context_of_forward->execution = current_execution();
  context_of_forward->autocast = at::autocast::is_autocast_enabled(device);
  context_of_forward->autocast_type = at::autocast::get_autocast_dtype(device);
  return CheckpointedFunction::apply(x, context_of_forward);
}

bool is_recomputing() { return this_thread_recomputes; }

} // namespace brainmvp::nn
