// A background of 0 among values of both signs, as z-scoring within the brain leaves it.
#pragma once

#include <cstdint>
#include <span>

namespace brainmvp::store {

// Whether many values are 0 and many of the others are below. `inside`: which of them count (all where it is empty).
bool zero_lies_between(std::span<const float> values, std::span<const std::uint8_t> inside = {});

// Takes the smallest value from all that are not 0, so that 0 is the lowest: what the image was before it was z-scored, up to a
// factor. Nothing where zero_lies_between() is false.
void make_zero_the_lowest(std::span<float> values);

} // namespace brainmvp::store
