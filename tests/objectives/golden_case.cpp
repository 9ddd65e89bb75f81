#include "golden_case.h"

#include <algorithm>
#include <cctype>
#include <numeric>

#include "objectives/brainmvp/template_bank.h"
#include "study/modality.h"
#include "support/support.h"

namespace brainmvp::objectives {
namespace {

// Canonical names of the golden files' own spellings.
std::string canonical(std::string name) {
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return name == "t1ce" ? "t1c" : name;
}

std::int64_t channel_of(const nlohmann::json& modalities, const std::string& name) {
  for (std::size_t c = 0; c < modalities.size(); ++c) {
    if (canonical(modalities[c].get<std::string>()) == canonical(name)) {
      return static_cast<std::int64_t>(c);
    }
  }
  throw std::runtime_error("no modality " + name);
}

} // namespace

NamedTensors parameters_of(const GoldenModel& model) {
  NamedTensors tensors = nn::parameters_of(*model.network);
  tensors.insert(tensors.begin(), {kBankTensor, model.templates});
  return tensors;
}

NamedTensors state_of(const GoldenModel& model) {
  NamedTensors tensors = nn::state_tensors(*model.network);
  tensors.insert(tensors.begin(), {kBankTensor, model.templates});
  return tensors;
}

GoldenModel filled_model(const std::string& name) {
  GoldenModel model{.network = nn::make_network(name), .templates = torch::zeros({8, 48, 56, 40})};
  test::fill_state(state_of(model));
  model.network->to(test::device());
  model.templates = model.templates.to(test::device());
  model.templates.requires_grad_();
  return model;
}

ProxyBatch golden_batch(const nlohmann::json& golden) {
  ProxyBatch batch{.images = (filled("input.x", {2, 4, 32, 32, 32}) * 0.5 + 0.5).to(test::device()),
                   .template_rows = {},
                   .template_starts = {}};
  for (std::size_t b = 0; b < 2; ++b) {
    std::vector<std::int64_t> rows;
    for (const auto& name : golden.at("modalities").at(b)) {
      rows.push_back(static_cast<std::int64_t>(study::main_index(canonical(name.get<std::string>())).value()));
    }
    batch.template_rows.push_back(rows);
    batch.template_starts.push_back(golden.at("template_starts").at(b).get<std::array<std::int64_t, 3>>());
  }
  return batch;
}

ProxyDraws golden_draws(const std::vector<std::vector<std::int64_t>>& calls, std::int64_t target, const nlohmann::json& golden,
                        const std::vector<std::string>& sources) {
  ProxyDraws draws{.target_channel = {target, target},
                   .kept_blocks_view1 = {calls.at(0), calls.at(1)},
                   .kept_blocks_view2 = {calls.at(2), calls.at(3)},
                   .source_channel = {}};
  for (std::size_t b = 0; b < sources.size(); ++b) {
    draws.source_channel.push_back(channel_of(golden.at("modalities").at(b), sources[b]));
  }
  return draws;
}

std::vector<std::int64_t> golden_kept_blocks(int index) {
  const std::vector<float> values = test::fill("mask." + std::to_string(index), 64);
  std::vector<std::int64_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, {}, [&](std::int64_t i) { return values[static_cast<std::size_t>(i)]; });
  order.resize(12);
  return order;
}

} // namespace brainmvp::objectives
