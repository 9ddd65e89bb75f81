#include "simulate/draws.h"

#include <algorithm>
#include <cmath>

namespace brainmvp::simulate {

double between(double low, double high, RandomStream& stream) { return low + (high - low) * stream.uniform(); }

double lognormal(double median, double spread, double low, double high, RandomStream& stream) {
  return std::clamp(median * std::exp(spread * stream.normal()), low, high);
}

} // namespace brainmvp::simulate
