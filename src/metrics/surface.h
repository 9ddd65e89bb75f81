// Distances between the edges of two masks.
#pragma once

#include <vector>

#include "metrics/masks.h"

namespace brainmvp::metrics {

// One value an edge voxel, in mm, between voxel centres. An edge voxel is inside and has a background voxel, or the end of
// the image, among its six neighbours.
struct EdgeDistances {
  std::vector<double> to_reference;  // from each edge voxel of the prediction
  std::vector<double> to_prediction; // from each edge voxel of the reference
};

// Exact Euclidean distances (Maurer, Qi, Raghavan 2003: doi 10.1109/TPAMI.2003.1177156; ITK's filter). Neither mask may
// be empty.
EdgeDistances edge_distances(const MaskPair& masks);

} // namespace brainmvp::metrics
