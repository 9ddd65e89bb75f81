// What label maps need before they are heads: no lesions of their own, and fluid around the brain.
#pragma once

#include "simulate/head.h"

namespace brainmvp::simulate {

// Lesions become the healthy brain tissue around them, so that the only lesions of a person are the simulated ones.
void heal_lesions(TissueVolume& head);

// Where brain tissue borders on air, as in maps without CSF (aparc+aseg), air within 3 mm of it becomes CSF.
void surround_with_fluid(TissueVolume& head);

} // namespace brainmvp::simulate
