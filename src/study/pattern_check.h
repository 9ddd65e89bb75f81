// What the user says of files with --pattern, also where a layout has patterns of its own.
#pragma once

#include "study/findings.h"
#include "study/modality.h"

namespace brainmvp::study {

// Leaves files out of the studies that a pattern skips, renames the modalities that one names, and moves label maps and images to
// what one says. What cannot be done is an error notice: a file that a layout has left out, or a modality that is there already.
void apply_patterns(const ModalityTable& table, Findings& findings);

} // namespace brainmvp::study
