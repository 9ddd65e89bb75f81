// `brainmvp predict`: from runs and images to label maps, class probabilities or numbers. Torch-free.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "infer/input.h"

namespace brainmvp::infer {

struct PredictOptions {
  std::vector<std::filesystem::path> models; // run folders or checkpoints; several are an ensemble
  InputOptions input;
  std::filesystem::path output; // folder
  bool force = false;
  bool resume = false;        // leaves studies out that the same models have segmented in the same way
  bool probabilities = false; // of segmentations, a file a region too
  double overlap = 0.5;
  std::string blending = "gaussian"; // or "constant"
  std::vector<std::int64_t> flips;   // axes 0 to 2 of the RAS grid
  std::string device = "cpu";
  std::string precision = "auto";
  std::string kernels = "fused"; // or "aten"
  std::size_t threads = 1;
  std::string program_version;
  std::string torch_version;
  std::string command; // for the sidecars, without paths
};

inline constexpr const char* kLessMemory =
    "use fewer runs, or those of a smaller network or crop, cut the images, or use a machine with more";

// Label maps and JSON sidecars, or predictions.tsv and predictions.json; docs/how-to/predict.md describes them. A study that
// fails is named and the others go on; then Error(kBadInput) at the end. Throws Error(kOutput) before any work when an output
// exists.
void run_prediction(const PredictOptions& options);

} // namespace brainmvp::infer
