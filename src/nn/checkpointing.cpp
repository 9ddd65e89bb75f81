#include "nn/checkpointing.h"

#include <ATen/autocast_mode.h>
#include <torch/autograd.h>

#include <memory>

#include "nn/execution.h"

namespace brainmvp::nn {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;
using Function = std::function<Tensor(const Tensor&)>;

thread_local bool this_thread_recomputes = false;

// What the forward pass found, for its repetition.
struct Surroundings : torch::CustomClassHolder {
  Function function;
  Execution execution;
  bool autocast = false;
  at::ScalarType autocast_type = at::kFloat;
};

class Recomputation {
public:
  Recomputation(const Surroundings& surroundings, at::DeviceType device)
      : execution_(surroundings.execution), device_(device), autocast_(at::autocast::is_autocast_enabled(device)),
        type_(at::autocast::get_autocast_dtype(device)) {
    at::autocast::set_autocast_enabled(device, surroundings.autocast);
    at::autocast::set_autocast_dtype(device, surroundings.autocast_type);
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
  static Tensor forward(AutogradContext* context, const Tensor& x, const c10::intrusive_ptr<Surroundings>& surroundings) {
    context->save_for_backward({x});
    context->saved_data["surroundings"] = c10::IValue::make_capsule(surroundings);
    return surroundings->function(x); // autograd is off here
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto capsule = context->saved_data["surroundings"].toCapsule();
    const auto& surroundings = static_cast<const Surroundings&>(*capsule);
    const Tensor x = context->get_saved_variables()[0].detach().requires_grad_();
    const at::AutoGradMode with_gradient(true);
    Tensor y;
    {
      const Recomputation scope(surroundings, x.device().type());
      y = surroundings.function(x);
    }
    torch::autograd::backward({y}, {gradients[0]});
    return {x.grad(), Tensor()};
  }
};

} // namespace

Tensor checkpointed(const Function& function, const Tensor& x) {
  const auto device = x.device().type();
  auto surroundings = c10::make_intrusive<Surroundings>();
  surroundings->function = function;
  surroundings->execution = current_execution();
  surroundings->autocast = at::autocast::is_autocast_enabled(device);
  surroundings->autocast_type = at::autocast::get_autocast_dtype(device);
  return CheckpointedFunction::apply(x, surroundings);
}

bool is_recomputing() { return this_thread_recomputes; }

} // namespace brainmvp::nn
