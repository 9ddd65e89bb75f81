// Whether a run ends worse than it began.
#pragma once

#include <string>
#include <vector>

#include "report/run_record.h"

namespace brainmvp::report {

// A value at the beginning and at the end of a run that was to fall, or to rise, and did the other.
struct Worsening {
  std::string name;
  double first = 0;
  double last = 0;
};

// Validations: the last one against the first. The training's own errors, of 20 steps and more: the mean of the last tenth
// against that of the first, and against the first step.
std::vector<Worsening> worsenings(const RunRecord& run);

// "it ends worse than it began: mse_view2 0.263 -> 0.512"; "" for none.
std::string worsening_text(const std::vector<Worsening>& found);

} // namespace brainmvp::report
