// Where sulci are: the zero lines of a random wave pattern on the sphere of directions.
#pragma once

#include <vector>

#include "base/random.h"
#include "simulate/lattice.h"

namespace brainmvp::simulate {

// A band-limited random field has zero lines at nearly equal distances that branch and end as sulci do.
class Folding {
public:
  // About `waves` pairs of a gyrus and a sulcus lie around a great circle.
  Folding(double waves, RandomStream& stream);

  struct Fold {
    double angle;   // radians to the nearest sulcus, roughly
    double variety; // a slow random function in [-1, 1]: how deep the sulcus is
  };
  // `direction` need not have unit length.
  [[nodiscard]] Fold at(const Vector& direction) const;

private:
  struct Value {
    float angle = 0;
    float variety = 0;
  };
  [[nodiscard]] const Value& value(std::size_t row, std::size_t column) const;

  std::vector<Value> map_; // longitude runs fastest
};

} // namespace brainmvp::simulate
