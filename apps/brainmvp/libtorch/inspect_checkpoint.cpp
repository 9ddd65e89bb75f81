// brainmvp inspect for checkpoints: their tensors, totals and other entries.
#include <algorithm>
#include <iomanip>
#include <iostream>
#include <map>
#include <string>

#include "base/counted.h"
#include "base/log.h"
#include "base/text.h"
#include "checkpoint/inspection.h"
#include "checkpoint/shards.h"
#include "inspect.h"

namespace brainmvp::app {
namespace {

void print_tensors(const std::vector<checkpoint::TensorSummary>& tensors) {
  std::size_t name_width = 0;
  for (const checkpoint::TensorSummary& tensor : tensors) {
    name_width = std::max(name_width, tensor.name.size());
  }
  for (const checkpoint::TensorSummary& tensor : tensors) {
    std::cout << "  " << std::left << std::setw(static_cast<int>(name_width)) << tensor.name << "  " << std::setw(8)
              << tensor.dtype << "  " << tensor.shape << "\n";
  }
}

// "12 tensors, 1584 elements, 6.3 kB: 8 float32, 4 int64"
std::string totals(const std::vector<checkpoint::TensorSummary>& tensors) {
  std::uint64_t elements = 0;
  std::uint64_t bytes = 0;
  std::map<std::string, std::size_t> types;
  for (const checkpoint::TensorSummary& tensor : tensors) {
    elements += tensor.elements;
    bytes += tensor.bytes;
    ++types[tensor.dtype];
  }
  std::string text = counted(tensors.size(), "tensor") + ", " + counted(elements, "element") + ", " + human_bytes(bytes);
  for (const char* separator = ": "; const auto& [type, count] : types) {
    text += separator + std::to_string(count) + " " + type;
    separator = ", ";
  }
  return text;
}

} // namespace

bool inspects_checkpoint(const std::filesystem::path& path) {
  return std::filesystem::is_directory(path) ? checkpoint::index_in(path).has_value()
                                             : checkpoint::has_checkpoint_extension(path);
}

void inspect_checkpoint(const std::filesystem::path& path) {
  const checkpoint::Inspection inspection = checkpoint::inspect(path);
  std::cout << path.string() << "\n"
            << "  format: " << inspection.format << "\n"
            << "  weights: " << totals(inspection.weights) << "\n";
  for (const checkpoint::EntrySummary& entry : inspection.others) {
    std::cout << "  " << entry.name << ": " << entry.content << "\n";
  }
  std::cout << "tensors:\n";
  print_tensors(inspection.weights);
  for (const checkpoint::TensorSummary& tensor : inspection.weights) {
    if (tensor.non_finite > 0) {
      log::warning(path.string() + ": " + tensor.name + " has " + counted(tensor.non_finite, "value that is", "values that are") +
                   " not finite; the training diverged");
    }
  }
}

} // namespace brainmvp::app
