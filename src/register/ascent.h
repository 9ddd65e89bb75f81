// Search for the motion of the most mutual information.
#pragma once

#include "register/mutual_information.h"
#include "register/rigid.h"

namespace brainmvp::registration {

struct Steps {
  double first_mm;
  double last_mm;
};

struct Ascent {
  Rigid rigid;
  MutualInformation::Evaluation at;
};

// Steps of a fixed length in mm along the gradient, halved whenever it turns round, at most 60 of them. A turn by 1/70 counts as
// 1 mm, which it is at the surface of a head. Gives the best motion met. Throws Error(kInterrupted).
Ascent ascend(const MutualInformation& information, const Rigid& start, const Steps& steps);

} // namespace brainmvp::registration
