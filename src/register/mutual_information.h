// Mattes' mutual information of two images as a function of a rigid motion (ITK's metric behind it).
#pragma once

#include <array>
#include <memory>
#include <span>

#include "image/volume.h"
#include "register/rigid.h"

namespace brainmvp::registration {

// Mattes et al. 2003 (doi 10.1109/TMI.2003.809072): cubic B-spline histogram of 32 x 32 bins over the images' ranges of values.
// One thread, so that sums do not depend on the machine. Throws Error(kInternal) where ITK does.
class MutualInformation {
public:
  struct Evaluation {
    double value = 0;                 // nats; 0 when too few points lie in both images
    std::array<double, 6> gradient{}; // of the value, for Rigid::moved: rotation (radians), shift (mm)
    double overlap = 0;               // share of the points that lie in the moving image
  };

  // points: in RAS+ mm, inside `reference`. Throws Error(kBadInput) when an image is constant, or there are none.
  MutualInformation(const image::Volume& reference, const image::Volume& moving, std::span<const image::Vector> points);
  ~MutualInformation();
  MutualInformation(const MutualInformation&) = delete;
  MutualInformation& operator=(const MutualInformation&) = delete;

  [[nodiscard]] Evaluation evaluate(const Rigid& rigid) const;

private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace brainmvp::registration
