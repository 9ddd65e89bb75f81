// What the templates of a training stand for.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "image/affine.h"
#include "store/store.h"

namespace brainmvp::objectives {

// Modalities of the studies at `positions` that have a template, in the order of the bank.
std::vector<std::string> modalities_of(const store::Store& store, const std::vector<std::size_t>& positions);

// RAS, with the voxels of the store; the centre of a grid of that size lies where the centres of the studies lie on average.
image::Affine affine_of_templates(const store::Store& store, const std::vector<std::size_t>& positions, const image::Size& size);

} // namespace brainmvp::objectives
