#include "model/outputs.h"

#include <algorithm>
#include <utility>

namespace brainmvp::model {
namespace {

// Name and values of each output.
std::vector<std::pair<std::string, std::vector<int>>> outputs_of(const ModelDescription& description) {
  if (!description.table.regions.empty()) {
    return description.table.regions;
  }
  std::vector<std::pair<std::string, std::vector<int>>> outputs;
  for (const auto& [name, value] : description.table.labels) {
    outputs.emplace_back(name, std::vector<int>{value});
  }
  std::ranges::sort(outputs, {}, &std::pair<std::string, std::vector<int>>::second);
  return outputs;
}

} // namespace

std::vector<std::vector<int>> output_values(const ModelDescription& description) {
  std::vector<std::vector<int>> values;
  for (const auto& [name, own] : outputs_of(description)) {
    values.push_back(own);
  }
  return values;
}

std::vector<std::string> output_names(const ModelDescription& description) {
  std::vector<std::string> names;
  for (const auto& [name, own] : outputs_of(description)) {
    names.push_back(name);
  }
  return names;
}

} // namespace brainmvp::model
