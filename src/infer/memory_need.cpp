#include "infer/memory_need.h"

#include <algorithm>

#include "base/error.h"
#include "nn/networks/backbones.h"
#include "nn/networks/network.h"
#include "runtime/memory_need.h"
#include "store/prepare.h"

namespace brainmvp::infer {
namespace {

double model_bytes(const model::Model& model) {
  double bytes = static_cast<double>(model.description.templates.nbytes());
  for (const auto& [name, tensor] : nn::state_tensors(*model.network)) {
    bytes += static_cast<double>(tensor.nbytes());
  }
  return bytes;
}

double window_bytes(const model::ModelDescription& model) {
  constexpr double kCopies = 2; // of the input and of what comes out
  const double channels = kCopies * static_cast<double>(model.channels.size() + static_cast<std::size_t>(model.outputs()));
  return runtime::voxels_of(model.window) *
         (nn::backbone(model.network).bytes_per_voxel_of(model.head().prediction) + channels * sizeof(float));
}

// While images are prepared; then beside them the planes of all outputs, and of the weights, that the windows of a row share, and
// what is written on the native grid, with a copy of one of its files.
double study_bytes(const study::Study& study, const model::ModelDescription& model, double window, bool probabilities) {
  const store::StudyCost cost = store::study_cost(study, model.preparation);
  const auto preparing = static_cast<double>(cost.memory_bytes(1));
  const auto held = static_cast<double>(cost.held_bytes);
  if (model.head().whole_volumes) {
    return std::max(preparing, held + window);
  }
  constexpr double kFewPlanes = 34; // that are given on: a copy, and those that are interpolated
  const double native = static_cast<double>(cost.native_voxels) / static_cast<double>(std::max<std::size_t>(cost.images, 1));
  const auto outputs = static_cast<double>(model.outputs());
  const double planes = static_cast<double>(model.window[0]) * (outputs + 1) + kFewPlanes * outputs;
  const double plane = static_cast<double>(cost.target[1]) * static_cast<double>(cost.target[2]) * sizeof(float);
  const double written = probabilities ? native * (outputs + 1) * sizeof(float) : 0;
  return std::max(preparing, held + window + planes * plane + 2 * native + written);
}

} // namespace

LargestNeed largest_need(const std::vector<model::Model>& models, const std::vector<study::Study>& studies, bool probabilities) {
  double common = runtime::kProgramBytes;
  double window = 0;
  for (const model::Model& model : models) {
    common += model_bytes(model);
    window = std::max(window, window_bytes(model.description));
  }
  LargestNeed largest;
  for (const study::Study& study : studies) {
    try {
      const double bytes = common + study_bytes(study, models.front().description, window, probabilities);
      if (bytes > largest.bytes) {
        largest = {.bytes = bytes, .study = study.id};
      }
    } catch (const Error&) { // said when its turn comes
    }
  }
  return largest;
}

} // namespace brainmvp::infer
