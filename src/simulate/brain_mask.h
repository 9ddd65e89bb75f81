// What skull stripping keeps of a person.
#pragma once

#include "simulate/person.h"

namespace brainmvp::simulate {

// 1 where most octants are brain, less `peel` layers of fluid and dura at the edge, with what is enclosed; brain tissue and
// lesions stay.
image::LabelVolume brain_mask(const OctantVolume& person, int peel);

} // namespace brainmvp::simulate
