#include "train/run_checkpoint.h"

#include <ATen/ops/sum.h>

#include <cmath>
#include <utility>
#include <vector>

#include "train/gradients.h"

namespace brainmvp::train {
namespace {

using checkpoint::Dict;
using checkpoint::Value;

void add(Dict& dict, const char* name, Value value) { dict.emplace_back(Value{std::string(name)}, std::move(value)); }

Value integer(std::uint64_t value) { return {static_cast<std::int64_t>(value)}; }

at::Tensor copy_of(const at::Tensor& tensor) {
  return tensor.detach().to(at::kCPU, tensor.scalar_type(), /*non_blocking=*/false, /*copy=*/true);
}

// `value` with its tensors replaced by copies.
Value copied(Value value) {
  if (auto* tensor = std::get_if<at::Tensor>(&value.data)) {
    *tensor = copy_of(*tensor);
  } else if (auto* dict = std::get_if<Dict>(&value.data)) {
    for (checkpoint::Entry& entry : *dict) {
      entry.second = copied(std::move(entry.second));
    }
  } else if (auto* list = std::get_if<checkpoint::List>(&value.data)) {
    for (Value& item : *list) {
      item = copied(std::move(item));
    }
  }
  return value;
}

Value state_dict(const NamedTensors& weights) {
  Dict dict;
  for (const auto& [name, tensor] : weights) {
    add(dict, name.c_str(), {copy_of(tensor)});
  }
  return {dict};
}

Value schedule_of(const Schedule& schedule) {
  Dict dict;
  add(dict, "name", {std::string("cosine")});
  add(dict, "peak", {schedule.peak});
  add(dict, "floor", {schedule.floor});
  add(dict, "warmup_steps", integer(schedule.warmup_steps));
  add(dict, "total_steps", integer(schedule.total_steps));
  return {dict};
}

Value counters_of(const RunState& state, const RunIdentity& identity) {
  Dict dict;
  add(dict, "step", integer(state.step));
  add(dict, "epoch", integer(state.epoch));
  add(dict, "samples", integer(state.step * identity.samples_per_step));
  add(dict, "samples_per_step", integer(identity.samples_per_step));
  add(dict, "smoothed_loss", {state.smoothed_loss});
  add(dict, "best_loss", {state.best_loss});
  add(dict, "best_step", integer(state.best_step));
  add(dict, "best_value", {state.best_value});
  add(dict, "validations", integer(state.validations));
  add(dict, "best_validation", integer(state.best_validation));
  add(dict, "flat", {state.flat});
  return {dict};
}

} // namespace

Value run_checkpoint(const NamedTensors& weights, const AdamW* optimizer, const RunIdentity& identity, const RunState& state) {
  Dict streams;
  add(streams, "seed", integer(identity.seed));
  add(streams, "position", integer(state.step * identity.samples_per_step));
  Dict dict;
  add(dict, "state_dict", state_dict(weights));
  dict.insert(dict.end(), identity.description.begin(), identity.description.end());
  if (optimizer != nullptr) {
    add(dict, "optimizer", copied(optimizer->state()));
  }
  add(dict, "schedule", schedule_of(identity.schedule));
  add(dict, "counters", counters_of(state, identity));
  add(dict, "random_streams", {streams});
  add(dict, "config", {identity.config});
  add(dict, "network", {identity.network});
  add(dict, "precision", {identity.precision});
  add(dict, "store_fingerprint", {identity.store_fingerprint});
  add(dict, "brainmvp_version", {identity.program_version});
  return {dict};
}

bool all_finite(const NamedTensors& weights) {
  std::vector<at::Tensor> own;
  for (const auto& [name, tensor] : weights) {
    if (tensor.is_cpu() && tensor.scalar_type() == at::kFloat && tensor.is_non_overlapping_and_dense()) {
      own.push_back(tensor);
    } else if (!std::isfinite(at::sum(tensor, at::kDouble).item<double>())) { // finite floats cannot overflow it
      return false;
    }
  }
  return std::isfinite(sum_of_squares(own));
}

} // namespace brainmvp::train
