// Label maps: which value a data set gives to which tissue.
#pragma once

#include "image/resample.h"
#include "simulate/person.h"

namespace brainmvp::simulate {

using LabelOf = int (*)(Tissue); // 0 is background

int brats2021_label(Tissue tissue);       // 1 necrosis and what does not enhance, 2 oedema, 4 enhancing
int brats2023_label(Tissue tissue);       // the same with 3 for enhancing
int any_lesion_label(Tissue tissue);      // 1
int mrbrains13_label(Tissue tissue);      // LabelsForTraining, 1 to 8
int mrbrains13_test_label(Tissue tissue); // LabelsForTesting: 1 CSF, 2 grey, 3 white matter
int crossmoda_label(Tissue tissue);       // 1 schwannoma, 2 cochlea

// The value of most octants of each voxel; lesions before background when they hold as many.
image::LabelVolume label_map(const OctantVolume& person, LabelOf label_of);

// Nearest voxel of `map`; `place` maps the target's millimetres to the map's. 0 outside.
image::LabelVolume sample_nearest(const image::LabelVolume& map, const image::Grid& target, const image::Affine& place);

} // namespace brainmvp::simulate
