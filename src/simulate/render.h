// From tissues to signals: what each sequence would show without noise.
#pragma once

#include "simulate/texture.h"

namespace brainmvp::simulate {

// The mean signal of each voxel's octants, which texture varies: what all modalities share by the response of the signal, and
// what the modality has of its own.
image::Volume render(const Person& person, const TissueSignals& signals, const Texture& texture, Modality modality);

} // namespace brainmvp::simulate
