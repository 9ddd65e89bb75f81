// Correction of the slow change of brightness that receive coils leave.
#pragma once

#include "image/volume.h"

namespace brainmvp::registration {

// N4 (Tustison et al. 2010, doi 10.1109/TMI.2010.2046908) on a copy of 4 mm voxels, over what Otsu's threshold takes for the
// head; the field is brought to the image's grid by linear interpolation. Values of a corrected image keep their sign. One
// thread. Throws Error(kBadInput) when nothing of the image is positive.
image::Volume bias_corrected(const image::Volume& volume);

} // namespace brainmvp::registration
