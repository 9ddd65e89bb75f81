// What the parts of a description must agree on; private to src/model.
#pragma once

#include <array>
#include <string>

#include "model/model.h"

namespace brainmvp::model {

// Texts of Sizing in checkpoints.
inline constexpr std::array<const char*, 2> kSizingNames{"pad", "resize"};

// Throws Error(kBadInput).
[[noreturn]] void refuse_description(const std::string& reason);

// Throws Error(kBadInput) when parts of a description contradict each other.
void check_description(const ModelDescription& model);

} // namespace brainmvp::model
