// What only the studies of a set together show.
#pragma once

#include <string>
#include <vector>

#include "image/volume.h"
#include "study/findings.h"
#include "study/studies_file.h"

namespace brainmvp::study {

// One text for each patient, and for each image file, that studies of more than one split have: a test on it proves nothing.
// "sub-01: training sub-01_ses-1, test sub-01_ses-2".
std::vector<std::string> leaks(const std::vector<Study>& studies);

// The volume of the smallest brain of a grown head.
inline constexpr double kLeastBrainMm3 = 0.5e6;

// Whether an image shows a head with its skull, or a brain cut out of it.
enum class HeadKind { kUnknown, kWhole, kStripped };

// By the volume that is not exactly 0: brains have 0.5 to 2.2 litres, heads more than 2.5. Slabs and zeroed or noisy air make
// it unknown.
HeadKind head_kind(const image::Volume& volume);

struct StudyHead {
  std::string id;
  HeadKind kind = HeadKind::kUnknown;
};

// Warns when a set has both kinds, since foreground and percentiles mean different things for them.
void warn_of_mixed_heads(const std::vector<StudyHead>& heads, Findings& findings);

} // namespace brainmvp::study
