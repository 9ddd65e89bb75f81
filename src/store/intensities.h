// How much of a prepared image's range a reader wants. A store holds what lies beyond the percentiles too.
#pragma once

#include <array>

namespace brainmvp::store {

enum class Intensities {
  kClipped,  // what lies beyond the percentiles becomes 0 or 1, as in the public code's pre-training
  kUnclipped // lesions brighter than the brain stay so, as in its fine-tuning; bounded against outliers
};
inline constexpr std::array<const char*, 2> kIntensitiesNames{"clipped", "unclipped"}; // in the order of Intensities

struct Bounds {
  float low = 0;
  float high = 1;
};
constexpr Bounds bounds_of(Intensities intensities) {
  return intensities == Intensities::kClipped ? Bounds{.low = 0, .high = 1} : Bounds{.low = -5, .high = 5};
}

} // namespace brainmvp::store
