// Infiltration: what a tumour reaches along the tissue around it.
#pragma once

#include <functional>

#include "simulate/pathology.h"

namespace brainmvp::simulate {

struct Infiltration {
  std::function<bool(const Vector&)> starts_in;            // the tumour itself
  std::function<double(const Vector&, Tissue)> resistance; // per mm, more than 0
  std::function<bool(Tissue)> takes;                       // which tissue counts for the volume
  double volume_ml = 0;                                    // of what is reached, besides the start
};

// The tissue with the least resistance on the way to it (Dijkstra on the scout's grid), as much as the volume says.
class Spread {
public:
  Spread(const Scout& scout, const Infiltration& infiltration);

  // Resistance that is left at p: 0 at the edge, negative outside; `reach()` at the start.
  [[nodiscard]] double depth(const Vector& p) const { return static_cast<double>(depth_.at(p)); }
  [[nodiscard]] double reach() const { return reach_; }
  [[nodiscard]] const Extent& box() const { return box_; } // around all points of depth -kEdge or more

  static constexpr double kEdge = 4;

private:
  Lattice depth_;
  double reach_ = 0;
  Extent box_;
};

} // namespace brainmvp::simulate
