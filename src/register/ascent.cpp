#include "register/ascent.h"

#include <array>
#include <cmath>

#include "base/interrupt.h"

namespace brainmvp::registration {
namespace {

constexpr double kRadiusMm = 70;
constexpr double kShrinkage = 0.5;
constexpr std::size_t kMostSteps = 60;

} // namespace

Ascent ascend(const MutualInformation& information, const Rigid& start, const Steps& steps) {
  Ascent here{.rigid = start, .at = information.evaluate(start)};
  Ascent best = here;
  std::array<double, 6> last{};
  double step_mm = steps.first_mm;
  for (std::size_t n = 0; n < kMostSteps && step_mm >= steps.last_mm; ++n) {
    stop_if_interrupted("registering");
    std::array<double, 6> direction = here.at.gradient; // all in mm
    double squares = 0;
    double agreement = 0;
    for (std::size_t i = 0; i < 6; ++i) {
      direction[i] /= i < 3 ? kRadiusMm : 1;
      squares += direction[i] * direction[i];
      agreement += direction[i] * last[i];
    }
    if (squares <= 0) {
      break;
    }
    step_mm *= agreement < 0 ? kShrinkage : 1;
    const double scale = step_mm / std::sqrt(squares);
    here.rigid =
        here.rigid.moved({direction[0] * scale / kRadiusMm, direction[1] * scale / kRadiusMm, direction[2] * scale / kRadiusMm},
                         {direction[3] * scale, direction[4] * scale, direction[5] * scale});
    here.at = information.evaluate(here.rigid);
    last = direction;
    if (here.at.value > best.at.value) {
      best = here;
    }
  }
  return best;
}

} // namespace brainmvp::registration
