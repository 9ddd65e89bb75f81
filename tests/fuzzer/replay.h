// Seeded changes of valid inputs, so that every test run fuzzes a little, in the same way each time.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <string>

#include "base/random.h"
#include "fuzzer/fuzz_target.h"

namespace brainmvp::fuzz {

// `input` with one to eight bytes flipped, numbers set to extremes, parts cut, doubled or taken from `other`.
std::string changed(std::string input, const std::string& other, RandomStream& random);

// Runs the target's seeds as they are, then `count` changed ones (BRAINMVP_FUZZ_CHANGES: another number). Anything but reading or
// refusing fails the test.
void replay(const Target& target, std::size_t count);

} // namespace brainmvp::fuzz
