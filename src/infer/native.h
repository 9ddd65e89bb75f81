// From probabilities on the prepared grid to label maps on the grid of the input.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

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

// Probabilities (one volume an output, all on one grid) interpolated trilinearly onto `native`, then decided: regions where
// above 0.5; exclusive labels by the largest, ties to the lower. Background outside the probabilities' grid. A few slices at a
// time, so that no native volume of probabilities is held.
image::LabelVolume native_labels(const std::vector<image::Volume>& probabilities, const image::Grid& native,
                                 const Painting& painting, std::size_t threads);

// One of them on `native`; 0 outside its grid.
image::Volume native_probability(const image::Volume& probability, const image::Grid& native, std::size_t threads);

} // namespace brainmvp::infer
