#include "train/adamw.h"

#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <map>

#include "base/error.h"
#include "parallel/sparse_rows.h"

namespace brainmvp::train {
namespace {

using checkpoint::Dict;
using checkpoint::List;
using checkpoint::Value;

Value key(const char* name) { return {std::string(name)}; }

// The kernel walks memory, so that the gradient must lie as its parameter does.
torch::Tensor laid_out_as(const torch::Tensor& gradient, const torch::Tensor& parameter) {
  return gradient.strides() == parameter.strides() ? gradient : at::empty_like(parameter).copy_(gradient);
}

void count_step(std::vector<torch::Tensor>& steps) {
  if (!steps.empty() && !steps.front().is_cpu()) {
    at::_foreach_add_(steps, 1);
    return;
  }
  for (const torch::Tensor& step : steps) {
    *step.mutable_data_ptr<float>() += 1;
  }
}

torch::Tensor saved_moment(const Value& entry, const char* field, const std::string& name, const torch::Tensor& parameter) {
  const Value* found = entry.find(field);
  if (found == nullptr || found->tensor(name).sizes() != parameter.sizes()) {
    throw Error(ExitCode::kBadInput, "optimizer state of " + name + ": " + field +
                                         " is missing or of another shape; the checkpoint is of another network");
  }
  return at::empty_like(parameter).copy_(found->tensor(name));
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

void AdamW::start(Moments& moments, const torch::Tensor& parameter) const {
  moments = {.step = at::zeros({}, parameter.options().requires_grad(false)),
             .average = at::zeros_like(parameter),
             .average_of_squares = at::zeros_like(parameter),
             .late = {}};
}

void AdamW::step(double learning_rate) {
  const at::NoGradGuard no_grad;
  std::map<double, AdamGroup> groups; // by the factor of the rate
  std::vector<torch::Tensor> steps;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const torch::Tensor& parameter = parameters_[i].second;
    if (!parameter.grad().defined()) {
      continue;
    }
    Moments& moments = moments_[i];
    if (!moments.step.defined()) {
      start(moments, parameter);
    }
    const double factor = options_.rate_factors.empty() ? 1 : options_.rate_factors[i];
    if (parameter.grad().is_sparse()) {
      add_rows(groups[factor], moments, parameter, factor * learning_rate);
    } else {
      if (moments.late) {
        moments.late->settle_all(options_);
        moments.late.reset();
      }
      groups[factor].add(parameter, laid_out_as(parameter.grad(), parameter), moments.average, moments.average_of_squares,
                         moments.step);
    }
    steps.push_back(moments.step);
  }
  count_step(steps);
  last_rate_ = learning_rate;
  adam_step(groups, learning_rate, options_);
}

// The rows of a sparse gradient step with the others of the group; those that it leaves out do when they are settled.
void AdamW::add_rows(AdamGroup& group, Moments& moments, const torch::Tensor& parameter, double rate) {
  const std::int64_t rows = parallel::row_count(parameter.grad());
  if (moments.late && moments.late->rows() != rows) {
    moments.late->settle_all(options_);
    moments.late.reset();
  }
  if (!moments.late) {
    moments.late.emplace(parameter, moments.average, moments.average_of_squares, rows, moments.step.item<double>());
  }
  moments.late->defer(rate);
  const parallel::SparseRows gradient = parallel::sparse_rows(parameter.grad());
  const torch::Tensor values = parameter.view({rows, -1}), averages = moments.average.view({rows, -1}),
                      squares = moments.average_of_squares.view({rows, -1});
  for (std::size_t i = 0; i < gradient.rows.size(); ++i) {
    const std::int64_t row = gradient.rows[i];
    moments.late->skip_deferred(row);
    group.add(values[row], gradient.values[static_cast<std::int64_t>(i)].flatten(), averages[row], squares[row], moments.step);
  }
  if (!parameter.is_cpu()) { // where memory is fast and calls are dear
    moments.late->settle_all(options_);
  }
}

void AdamW::settle(const torch::Tensor& parameter, std::span<const std::int64_t> rows) {
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    if (!moments_[i].late || !parameters_[i].second.is_same(parameter)) {
      continue;
    }
    const std::int64_t parts = moments_[i].late->rows() / parameter.size(0);
    std::vector<std::int64_t> late(rows.size() * static_cast<std::size_t>(parts));
    for (std::size_t j = 0; j < late.size(); ++j) {
      const auto part = static_cast<std::int64_t>(j);
      late[j] = rows[static_cast<std::size_t>(part / parts)] * parts + part % parts;
    }
    moments_[i].late->settle(late, options_);
  }
}

void AdamW::settle() {
  for (Moments& moments : moments_) {
    if (moments.late) {
      moments.late->settle_all(options_);
    }
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
    if (moments_[i].late && !moments_[i].late->settled()) {
      throw Error(ExitCode::kInternal, parameters_[i].first + ": the optimizer's state was asked for before it was settled");
    }
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
    loaded[i] = {.step = step->tensor(name).to(parameter.device(), at::kFloat, /*non_blocking=*/false, /*copy=*/true),
                 .average = saved_moment(entry, "exp_avg", name, parameter),
                 .average_of_squares = saved_moment(entry, "exp_avg_sq", name, parameter),
                 .late = {}};
  }
  moments_ = std::move(loaded);
}

} // namespace brainmvp::train
