#include <ATen/ops/sigmoid.h>
#include <ATen/ops/softmax.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/text.h"
#include "model/description_check.h"
#include "model/head.h"
#include "model/model.h"
#include "model/outputs.h"
#include "nn/networks/segmentation.h"

namespace brainmvp::model {
namespace {

// Name and values of each output: the regions, or the labels by value.
std::vector<std::pair<std::string, std::vector<int>>> named_values(const ModelDescription& description) {
  if (!description.exclusive()) {
    return description.table.regions;
  }
  std::vector<std::pair<std::string, std::vector<int>>> outputs;
  for (const auto& [name, value] : description.table.labels) {
    outputs.emplace_back(name, std::vector<int>{value});
  }
  std::ranges::sort(outputs, {}, &std::pair<std::string, std::vector<int>>::second);
  return outputs;
}

std::vector<std::string> names_of_outputs(const ModelDescription& description) {
  std::vector<std::string> names;
  for (const auto& [name, own] : named_values(description)) {
    names.push_back(name);
  }
  return names;
}

std::string segmentation_words(const ModelDescription& description) {
  const std::optional<int>& ignored = description.table.ignore;
  return (description.exclusive() ? "exclusive labels " : "regions ") + join(names_of_outputs(description), ", ") +
         (ignored ? ", without voxels of the value " + std::to_string(*ignored) : "");
}

void check_labels(const ModelDescription& description) {
  const study::LabelTable& table = description.table;
  for (const auto& [name, values] : table.regions) {
    if (values.empty() || std::ranges::count(values, 0) > 0) {
      refuse_description("region " + name + " has no values, or the background's 0 among them");
    }
  }
  if (!table.region_order.empty() && table.region_order.size() != table.regions.size()) {
    refuse_description("region_order has " + std::to_string(table.region_order.size()) + " values for " +
                       std::to_string(table.regions.size()) + " regions");
  }
  std::set<int> values;
  for (const auto& [name, value] : table.labels) {
    if (!values.insert(value).second) {
      refuse_description("two labels have the value " + std::to_string(value));
    }
  }
  if (table.regions.empty() && (values.size() < 2 || *values.begin() != 0)) {
    refuse_description("labels need the background's 0 and at least one more value when there are no regions");
  }
}

std::string difference_of_labels(const ModelDescription& a, const ModelDescription& b) {
  if (a.table.regions != b.table.regions) {
    return "regions differ from those";
  }
  if (a.table.region_order != b.table.region_order) {
    return "order of regions differs from that";
  }
  const auto sorted = [](auto labels) {
    std::ranges::sort(labels);
    return labels;
  };
  return sorted(a.table.labels) != sorted(b.table.labels) ? "labels differ from those" : "";
}

std::shared_ptr<torch::nn::Module> segmentation_network(const ModelDescription& description, double /*dropout*/) {
  return nn::make_segmentation_network(description.network, static_cast<std::int64_t>(description.channels.size()),
                                       description.outputs());
}

torch::Tensor segmented(torch::nn::Module& network, const ModelDescription& description, const torch::Tensor& x) {
  const torch::Tensor logits = dynamic_cast<nn::SegmentationNetwork&>(network).forward(x).logits.to(at::kFloat);
  return description.exclusive() ? at::softmax(logits, 1) : at::sigmoid(logits);
}

} // namespace

std::vector<std::vector<int>> output_values(const ModelDescription& description) {
  std::vector<std::vector<int>> values;
  for (const auto& [name, own] : named_values(description)) {
    values.push_back(own);
  }
  return values;
}

Head segmentation_head() {
  return {.name = "segment",
          .sentence = "Train a segmentation from label maps",
          .step = nn::Workload::kSegment,
          .prediction = nn::Workload::kPredictSegmentation,
          .outputs = names_of_outputs,
          .words = segmentation_words,
          .check = check_labels,
          .difference = difference_of_labels,
          .network = segmentation_network,
          .predict = segmented};
}

} // namespace brainmvp::model
