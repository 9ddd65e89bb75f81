// The contrasts that can be simulated, under their canonical names (study/modalities.toml).
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace brainmvp::simulate {

// In the order of kModalityNames. kT1Ir is the inversion recovery of MRBrainS13, which has no learned template.
enum class Modality { kFlair, kT1, kT1c, kT2, kMra, kPd, kDwi, kAdc, kT1Ir, kCount };

inline constexpr std::size_t kModalityCount = static_cast<std::size_t>(Modality::kCount);
constexpr std::size_t index_of(Modality modality) { return static_cast<std::size_t>(modality); }

inline constexpr std::array<std::string_view, kModalityCount> kModalityNames{"flair", "t1",  "t1c", "t2",   "mra",
                                                                             "pd",    "dwi", "adc", "t1_ir"};
constexpr std::string_view name_of(Modality modality) { return kModalityNames[index_of(modality)]; }

} // namespace brainmvp::simulate
