#include "train/adamw.h"

#include <ATen/ops/_fused_adam.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <map>

#include "base/error.h"

namespace brainmvp::train {
namespace {

using checkpoint::Dict;
using checkpoint::List;
using checkpoint::Value;

Value key(const char* name) { return {std::string(name)}; }

// Rows of a parameter whose gradient is sparse, without the others' being stored: theirs is one row of zeros.
class SparseRows {
public:
  explicit SparseRows(const torch::Tensor& gradient)
      : gradient_(gradient.coalesce()), rows_(gradient_.indices()[0].to(at::kCPU)), zero_(at::zeros_like(gradient_.values()[0])) {
  }

  [[nodiscard]] torch::Tensor at(std::int64_t row) const {
    for (std::int64_t i = 0; i < rows_.numel(); ++i) {
      if (rows_.const_data_ptr<std::int64_t>()[i] == row) {
        return gradient_.values()[i];
      }
    }
    return zero_;
  }

private:
  torch::Tensor gradient_, rows_, zero_;
};

// The kernel walks memory, so that the gradient must lie as its parameter does.
torch::Tensor laid_out_as(const torch::Tensor& gradient, const torch::Tensor& parameter) {
  return gradient.strides() == parameter.strides() ? gradient : at::empty_like(parameter).copy_(gradient);
}

torch::Tensor saved_moment(const Value& entry, const char* field, const std::string& name, const torch::Tensor& parameter) {
  const Value* found = entry.find(field);
  if (found == nullptr || found->tensor(name).sizes() != parameter.sizes()) {
    throw Error(ExitCode::kBadInput, "optimizer state of " + name + ": " + field +
                                         " is missing or of another shape; the checkpoint is of another network");
  }
  return at::empty_like(parameter).copy_(found->tensor(name));
}

// Tensors that one call of a kernel changes.
struct Group {
  void add(const torch::Tensor& tensor, const torch::Tensor& gradient, const torch::Tensor& average, const torch::Tensor& square,
           const torch::Tensor& step) {
    tensors.push_back(tensor);
    gradients.push_back(gradient);
    averages.push_back(average);
    squares.push_back(square);
    steps.push_back(step);
  }

  std::vector<torch::Tensor> tensors, gradients, averages, squares, steps;
};

void fused_adamw(Group& group, double rate, const AdamWOptions& options) {
  at::_fused_adamw_(group.tensors, group.gradients, group.averages, group.squares, {}, group.steps, rate, options.beta1,
                    options.beta2, options.weight_decay, options.epsilon, /*amsgrad=*/false, /*maximize=*/false);
}

void fused_adam(Group& group, double rate, const AdamWOptions& options) {
  at::_fused_adam_(group.tensors, group.gradients, group.averages, group.squares, {}, group.steps, rate, options.beta1,
                   options.beta2, options.weight_decay, options.epsilon, /*amsgrad=*/false, /*maximize=*/false);
}

} // namespace

AdamW::AdamW(NamedTensors parameters, AdamWOptions options)
    : parameters_(std::move(parameters)), moments_(parameters_.size()), options_(options) {
  for (const auto& [name, tensor] : parameters_) {
    if (tensor.scalar_type() != at::kFloat || !tensor.is_non_overlapping_and_dense()) {
      throw Error(ExitCode::kInternal, name + ": the optimizer takes dense fp32 tensors only");
    }
  }
}

void AdamW::step(double learning_rate) {
  const at::NoGradGuard no_grad;
  std::map<double, Group> groups; // by the factor of the rate
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const torch::Tensor& parameter = parameters_[i].second;
    if (!parameter.grad().defined()) {
      continue;
    }
    Moments& moments = moments_[i];
    if (!moments.step.defined()) {
      moments = {at::zeros({}, parameter.options().requires_grad(false)), at::zeros_like(parameter), at::zeros_like(parameter)};
    }
    moments.step.add_(1);
    Group& group = groups[options_.rate_factors.empty() ? 1 : options_.rate_factors[i]];
    if (parameter.grad().is_sparse()) {
      const SparseRows rows(parameter.grad());
      for (std::int64_t row = 0; row < parameter.size(0); ++row) {
        group.add(parameter[row], rows.at(row), moments.average[row], moments.average_of_squares[row], moments.step);
      }
    } else {
      group.add(parameter, laid_out_as(parameter.grad(), parameter), moments.average, moments.average_of_squares, moments.step);
    }
  }
  last_rate_ = learning_rate;
  const auto kernel = options_.decoupled ? fused_adamw : fused_adam;
  for (auto& [factor, group] : groups) {
    kernel(group, factor * learning_rate, options_);
  }
}

void AdamW::clear_gradients() {
  for (auto& [name, tensor] : parameters_) {
    tensor.mutable_grad() = torch::Tensor();
  }
}

Value AdamW::state() const {
  Dict states;
  List indices;
  for (std::size_t i = 0; i < moments_.size(); ++i) {
    const Value index{static_cast<std::int64_t>(i)};
    indices.push_back(index);
    if (moments_[i].step.defined()) {
      states.emplace_back(index, Value{Dict{{key("step"), {moments_[i].step}},
                                            {key("exp_avg"), {moments_[i].average}},
                                            {key("exp_avg_sq"), {moments_[i].average_of_squares}}}});
    }
  }
  const Dict group{{key("lr"), {last_rate_}},        {key("betas"), {checkpoint::Tuple{{{options_.beta1}, {options_.beta2}}}}},
                   {key("eps"), {options_.epsilon}}, {key("weight_decay"), {options_.weight_decay}},
                   {key("amsgrad"), {false}},        {key("params"), {indices}}};
  return {Dict{{key("state"), {states}}, {key("param_groups"), {List{{group}}}}}};
}

void AdamW::load_state(const Value& state) {
  const at::NoGradGuard no_grad;
  const Value* states = state.find("state");
  if (states == nullptr) {
    throw Error(ExitCode::kBadInput, "optimizer: expected a dict with \"state\"; the checkpoint cannot be resumed from");
  }
  std::vector<Moments> loaded(parameters_.size());
  for (const auto& [index, entry] : states->dict("optimizer state")) {
    const auto i = static_cast<std::size_t>(index.integer("optimizer state index"));
    if (i >= parameters_.size()) {
      throw Error(ExitCode::kBadInput, "optimizer: state of " + std::to_string(i + 1) +
                                           " tensors or more where the network has " + std::to_string(parameters_.size()) +
                                           "; the checkpoint is of another network");
    }
    const auto& [name, parameter] = parameters_[i];
    const Value* step = entry.find("step");
    if (step == nullptr) {
      throw Error(ExitCode::kBadInput, "optimizer state of " + name + ": step is missing; the checkpoint is damaged");
    }
    loaded[i] = {step->tensor(name).to(parameter.device(), at::kFloat, /*non_blocking=*/false, /*copy=*/true),
                 saved_moment(entry, "exp_avg", name, parameter), saved_moment(entry, "exp_avg_sq", name, parameter)};
  }
  moments_ = std::move(loaded);
}

} // namespace brainmvp::train
