// From tissues to signals: what each sequence would show without noise.
#pragma once

#include "simulate/person.h"
#include "simulate/protocol.h"

namespace brainmvp::simulate {

// Variation inside tissues over several lengths (24 to 3 mm), standard deviation about 1.
Lattice draw_texture(const Extent& extent, RandomStream& stream);

// How strongly a modality shows variations, as a share of white matter's signal, and how much of that all modalities share.
struct TextureGain {
  double shared; // signed: where relaxation is slow, T1 images are dark and T2 images bright
  double own;
};
TextureGain texture_gain(Modality modality);

// The mean signal of each voxel's octants, varied by texture: value = mean(signal * (1 + weight * texture)).
image::Volume render(const OctantVolume& person, const SignalTable& signals, const TissueTable& tissues, const Lattice& texture);

// shared gain * shared + own gain * own, point by point.
Lattice mixed_texture(const Lattice& shared, const Lattice& own, const TextureGain& gain);

} // namespace brainmvp::simulate
