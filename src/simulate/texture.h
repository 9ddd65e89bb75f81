// What varies inside tissues from place to place.
#pragma once

#include <span>

#include "simulate/border_shading.h"
#include "simulate/protocol.h"

namespace brainmvp::simulate {

// Of a person's tissues. All modalities see it, each in its way (TissueSignals).
struct Texture {
  image::Volume water, iron; // 24 mm down to the voxels, standard deviation about 1
  image::Volume border;      // border_shading()
};
Texture draw_texture(const Person& person, const RandomStream& water, const RandomStream& iron);

// What only one modality sees (flow, receive coils, artefacts): a share of the tissue's signal, and the texture itself for the
// row (j, k) of voxels. It is another place of `texture`, which costs nothing to draw.
double own_texture_gain(Modality modality);
std::span<const float> own_texture_row(const Texture& texture, Modality modality, std::size_t j, std::size_t k);

} // namespace brainmvp::simulate
