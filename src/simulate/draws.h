// Random draws from ranges.
#pragma once

#include "base/random.h"

namespace brainmvp::simulate {

// Uniform in [low, high).
double between(double low, double high, RandomStream& stream);

// Median times e to the power of spread times a normal draw, kept within [low, high].
double lognormal(double median, double spread, double low, double high, RandomStream& stream);

} // namespace brainmvp::simulate
