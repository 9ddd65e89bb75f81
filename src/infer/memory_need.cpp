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

// The images on the prepared grid, then an output's probabilities each, which are summed and brought to the native grid.
double study_bytes(const study::Study& study, const model::ModelDescription& model) {
  const store::StudyCost cost = store::study_cost(study, model.preparation);
  const double images = static_cast<double>(std::max<std::size_t>(study.modalities.size(), 1));
  const double outputs = model.head().whole_volumes ? 0 : static_cast<double>(model.outputs());
  const double target = static_cast<double>(cost.target_voxels) / images;
  const double native = static_cast<double>(cost.native_voxels) / images;
  return static_cast<double>(cost.memory_bytes(1)) + (target * (outputs + 1) + native * std::min(outputs, 2.0)) * sizeof(float);
}

} // namespace

LargestNeed largest_need(const std::vector<model::Model>& models, const std::vector<study::Study>& studies) {
  double common = runtime::kProgramBytes;
  double window = 0;
  for (const model::Model& model : models) {
    common += model_bytes(model);
    window = std::max(window, window_bytes(model.description));
  }
  LargestNeed largest;
  for (const study::Study& study : studies) {
    try {
      const double bytes = common + window + study_bytes(study, models.front().description);
      if (bytes > largest.bytes) {
        largest = {.bytes = bytes, .study = study.id};
      }
    } catch (const Error&) { // said when its turn comes
    }
  }
  return largest;
}

} // namespace brainmvp::infer
