// From probabilities on the prepared grid to label maps on the grid of the input.
#pragma once

#include <torch/types.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "image/intensity.h"
#include "image/resample.h"
#include "image/volume.h"
#include "model/model.h"

namespace brainmvp::infer {

// How probabilities become one label a voxel.
struct Painting {
  bool exclusive = true;
  std::vector<int> values;        // one an output: the label that it paints
  std::vector<std::size_t> order; // regions: outputs as they are painted, later ones over earlier
};

// exclusive: the values of the labels, ascending. Regions: as table.region_order says; without it from large to small, and each
// paints the first of its values that is in no smaller region contained in it, so that nested regions come out as they were
// labelled (WT 1,2,4 over TC 1,4 over ET 4: WT paints 2, TC 1, ET 4); the first of its values where the smaller ones leave none.
Painting painting_of(const model::ModelDescription& description);

// What comes out on the grid of the input, made from planes of probabilities as they are done: interpolated trilinearly, then
// decided: regions where above 0.5; exclusive labels by the largest, ties to the lower. Background outside the probabilities'
// grid.
class NativeOutputs {
public:
  struct Options {
    image::Grid prepared;               // of the probabilities
    image::Grid native;                 // of the input
    std::size_t outputs = 1;            // probabilities a voxel
    Painting painting = {};             // its values are at most 255
    std::vector<std::size_t> kept = {}; // outputs whose probabilities are wanted, too
    std::size_t threads = 1;
  };
  explicit NativeOutputs(Options options);

  // The next planes of the prepared grid's first axis: [outputs, n, W, D], float, on the CPU. All of them are to come.
  void take(const torch::Tensor& planes);

  // Once all planes are taken.
  [[nodiscard]] const image::BasicVolume<std::uint8_t>& labels() const { return labels_; }
  [[nodiscard]] const std::vector<image::Volume>& probabilities() const { return probabilities_; } // of `kept`; 0 outside

private:
  struct Range {
    double low, high; // coordinates on the prepared grid's first axis, without the end
  };
  [[nodiscard]] image::Box box_of(const Range& range) const;
  void paint(const Range& range);
  void paint(const image::Grid& slab, const image::Size& start, const Range& range);

  Options options_;
  image::Affine map_;               // from voxels of the native grid to those of the prepared one
  std::vector<image::Volume> band_; // the planes that came last, and the one before
  std::size_t done_ = 0;            // planes
  image::BasicVolume<std::uint8_t> labels_;
  std::vector<image::Volume> probabilities_;
};

} // namespace brainmvp::infer
