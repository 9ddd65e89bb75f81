#include "predict_models.h"

#include <ATen/Context.h>
#include <ATen/ops/rand.h>

#include "checkpoint/checkpoint.h"
#include "model/model.h"
#include "nn/networks/network.h"

namespace brainmvp::test {
namespace {

constexpr const char* kNetwork = "uniformer_tiny";

model::ModelDescription description_of(const DrawnModel& model) {
  model::ModelDescription description;
  description.task = model.classes.empty() ? "segment" : "classify";
  description.network = kNetwork;
  description.channels = model.channels;
  description.table.classes = model.classes;
  if (model.classes.empty()) {
    description.table.labels = {{"background", 0}, {"core", 1}, {"edema", 2}, {"enhancing", 4}};
    description.table.regions = model.regions;
  }
  description.window = {32, 32, 32};
  description.preparation.reference = model.reference;
  description.templates = at::rand({static_cast<std::int64_t>(model.channels.size()), 40, 40, 40});
  for (const std::string& channel : model.channels) {
    description.has_template.push_back(channel != "t1_ir");
  }
  return description;
}

checkpoint::Value weights_value(const torch::nn::Module& network) {
  checkpoint::Dict dict;
  for (const auto& [name, tensor] : nn::state_tensors(network)) {
    dict.push_back({{name}, {tensor.detach()}});
  }
  return {dict};
}

} // namespace

void write_drawn_model(const std::filesystem::path& file, const DrawnModel& model) {
  at::manual_seed(model.seed);
  const model::ModelDescription description = description_of(model);
  checkpoint::Dict dict = model::description_entries(description);
  dict.push_back({{std::string("state_dict")}, weights_value(*description.head().network(description, 0))});
  std::filesystem::create_directories(file.parent_path());
  checkpoint::write_pt(file, {dict});
}

} // namespace brainmvp::test
