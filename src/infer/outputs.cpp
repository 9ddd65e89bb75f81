#include "infer/outputs.h"

#include <set>

namespace brainmvp::infer {

std::vector<std::vector<int>> output_values(const ModelDescription& description) {
  std::vector<std::vector<int>> outputs;
  for (const auto& [name, values] : description.table.regions) {
    outputs.push_back(values);
  }
  if (outputs.empty()) {
    std::set<int> sorted;
    for (const auto& [name, value] : description.table.labels) {
      sorted.insert(value);
    }
    for (const int value : sorted) {
      outputs.push_back({value});
    }
  }
  return outputs;
}

} // namespace brainmvp::infer
