// Grey and white matter shade into each other: deep layers of the cortex hold myelin, and the white matter below them cells.
#pragma once

#include "simulate/make_person.h"

namespace brainmvp::simulate {

// How far each voxel of the brain lies from its own tissue towards what is around it, from white matter (0) to cortex (1) by T1:
// above 0 in white matter, below 0 in grey matter, 0 far from borders and outside of the parenchyma.
image::Volume border_shading(const Person& person);

} // namespace brainmvp::simulate
