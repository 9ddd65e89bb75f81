// The networks by name: one row each (docs/develop/extending.md).
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "image/affine.h"
#include "nn/networks/encoder.h"
#include "nn/networks/network.h"
#include "nn/networks/segmentation.h"
#include "runtime/precision.h"

namespace brainmvp::nn {

enum class Workload { kPretrain, kSegment, kClassify, kPredictSegmentation, kPredictClass };

struct Backbone {
  std::string name;
  std::vector<std::int64_t> widths; // of the encoder's features, finest first
  int size_multiple = 1;            // divides the sides of the input
  bool norms_voxels = false;        // each channel over all voxels: the deepest features need more than one
  std::string stem;                 // the encoder's tensor [out, C, ...] whose inputs are the image's channels
  // What the names of the segmentation's last layers begin with, whose outputs mean another thing in every task.
  std::vector<std::string> outputs = {"decoder.seg_layers."};
  // Activations in bytes a voxel of what the network is given at once (a view, a sample, a window), in fp32: peak resident
  // memory less program and weights. A step keeps them for the backward pass.
  std::array<double, 5> bytes_per_voxel{}; // by Workload
  std::function<std::shared_ptr<Encoder>(std::int64_t channels)> encoder;
  // With decoders of its own; where it has none, those of generic_networks.h serve.
  std::function<std::shared_ptr<ReconstructionNetwork>()> reconstruction = {};
  std::function<std::shared_ptr<SegmentationNetwork>(std::int64_t channels, std::int64_t outputs)> segmentation = {};

  // Of the finest feature, against the image; each further level halves the sides.
  [[nodiscard]] std::int64_t finest_stride() const { return size_multiple >> (widths.size() - 1); }
  [[nodiscard]] double bytes_per_voxel_of(Workload work, runtime::Precision precision = runtime::Precision::kFloat32,
                                          bool checkpoints_activations = false) const;
};

// Throws Error(kUsage) for a crop that the network cannot be trained on.
void check_crop(const image::Size& crop, const Backbone& backbone);

// Throws Error(kUsage) for an unknown name, with the nearest known one.
const Backbone& backbone(const std::string& name);

std::vector<std::string> network_names();

// Adds a network of another library, before the command line is made.
void add_backbone(Backbone row);

} // namespace brainmvp::nn
