#include "pretrain/run_checkpoint.h"

#include <utility>

namespace brainmvp::pretrain {
namespace {

using checkpoint::Dict;
using checkpoint::List;
using checkpoint::Value;

void add(Dict& dict, const char* name, Value value) { dict.emplace_back(Value{std::string(name)}, std::move(value)); }

Value integer(std::uint64_t value) { return {static_cast<std::int64_t>(value)}; }

Value state_dict(const Model& model) {
  Dict dict;
  for (const auto& [name, tensor] : weights_of(model)) {
    add(dict, name.c_str(), {tensor.cpu()});
  }
  return {dict};
}

Value list_of(const std::vector<std::string>& names) {
  List list;
  for (const std::string& name : names) {
    list.push_back({name});
  }
  return {list};
}

// Three rows of four numbers: the map from indices of the template grid to RAS+ mm.
Value rows_of(const image::Affine& affine) {
  List rows;
  for (std::size_t row = 0; row < 3; ++row) {
    const auto& [a, b, c] = affine.matrix[row];
    rows.push_back({List{{a}, {b}, {c}, {affine.translation[row]}}});
  }
  return {rows};
}

Value schedule_of(const train::Schedule& schedule) {
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
  add(dict, "smoothed_loss", {state.smoothed_loss});
  add(dict, "best_loss", {state.best_loss});
  return {dict};
}

} // namespace

Value run_checkpoint(const Model& model, const train::AdamW* optimizer, const RunIdentity& identity, const RunState& state) {
  Dict streams;
  add(streams, "seed", integer(identity.seed));
  add(streams, "position", integer(state.step * identity.samples_per_step));
  Dict dict;
  add(dict, "state_dict", state_dict(model));
  add(dict, "modalities", list_of(identity.modalities));
  add(dict, "template_affine", rows_of(identity.template_affine));
  if (optimizer != nullptr) {
    add(dict, "optimizer", optimizer->state());
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

} // namespace brainmvp::pretrain
