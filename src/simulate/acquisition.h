// What scanner and processing do to a signal: place, slices, coil, noise.
#pragma once

#include <span>

#include "base/random.h"
#include "image/resample.h"
#include "simulate/lattice.h"

namespace brainmvp::simulate {

// Values of `source`, whose axes run along RAS, at the points of `target`; trilinear, 0 outside. `place` maps the target's
// millimetres to the source's. `samples_along_k` points are averaged through the thickness of each slice of the target.
image::Volume sample(const image::Volume& source, const image::Grid& target, const image::Affine& place, int samples_along_k = 1);

// A rigid error of registration: turned by about `turn_deg` and moved by about `shift_mm`.
image::Affine draw_misplacement(double turn_deg, double shift_mm, RandomStream& stream);

// The coil's sensitivity: smooth over 60 to 120 mm, from 1 - strength to 1 + strength or so, mean about 1.
Lattice draw_bias(const Extent& extent, double strength, RandomStream& stream);
void multiply(image::Volume& volume, const Lattice& factor, const image::Affine& place);

// Magnitude of the signal with complex normal noise of standard deviation `sigma` in each channel (Rician).
void add_rician_noise(std::span<float> values, float sigma, const RandomStream& stream);

} // namespace brainmvp::simulate
