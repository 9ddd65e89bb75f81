#include "simulate/texture.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "simulate/normal_table.h"

namespace brainmvp::simulate {
namespace {

constexpr double kTextureSpacing = 2; // mm
constexpr double kFineSpacing = 1;    // mm

// Lengths in mm with the standard deviation of their part, so that white matter's deviation falls under smoothing as that of
// three real heads does: to 0.82, 0.70, 0.58 and 0.41 in T1 after Gaussians of 1, 2, 4 and 8 mm.
constexpr std::array<std::array<double, 2>, 3> kScales{{{24, 0.35}, {12, 0.35}, {6, 0.35}}};
constexpr float kFinest = 3.8F; // before the mean with neighbours, which leaves 0.23
constexpr double kFine = 0.7;   // before sampling between voxels

// Some places are livelier than others: the local deviation in three real heads, deeper than 2 mm in white matter, is 0.6 to 0.7
// times its median at the 10th percentile and 1.6 to 1.8 times at the 90th.
constexpr double kActivitySpacing = 8;  // mm
constexpr double kActivitySpread = 0.5; // of its logarithm

Lattice draw_activity(const Extent& extent, RandomStream& stream) {
  Lattice activity(extent, kActivitySpacing);
  activity.fill_random(stream, 1);
  for (float& value : activity.values()) {
    value = static_cast<float>(std::exp(kActivitySpread * (static_cast<double>(value) - kActivitySpread)));
  }
  return activity;
}

// Calls change(value of `texture`, value of `other` at its place) for each.
template <class Change>
void change_by(const Lattice& other, Lattice& texture, const Change& change) {
  std::vector<float> row(texture.size()[0]);
  std::size_t at = 0;
  for (std::size_t k = 0; k < texture.size()[2]; ++k) {
    for (std::size_t j = 0; j < texture.size()[1]; ++j) {
      other.row(texture.position(0, j, k), kTextureSpacing, row);
      for (const float value : row) {
        change(texture.values()[at++], value);
      }
    }
  }
}

Lattice smooth_texture(const Extent& extent, const Lattice& activity, RandomStream& stream) {
  Lattice texture(extent, kTextureSpacing);
  FastNormal normal({stream.next()});
  std::ranges::generate(texture.values(), normal);
  texture.smooth();
  change_by(activity, texture, [](float& value, float gain) { value *= kFinest * gain; });
  for (const auto& [spacing_mm, share] : kScales) {
    Lattice coarse(extent, spacing_mm);
    coarse.fill_random(stream, 1);
    const auto part = static_cast<float>(share);
    change_by(coarse, texture, [part](float& value, float other) { value += part * other; });
  }
  return texture;
}

image::Volume draw_variation(const OctantVolume& person, RandomStream stream) {
  const Extent extent = extent_of(person);
  const Lattice activity = draw_activity(extent, stream);
  const Lattice smooth = smooth_texture(extent, activity, stream);
  FastNormal normal(stream);
  const double voxel_mm = person.affine.matrix[0][0];
  const auto fine = static_cast<float>(kFine * std::pow(std::min(1.0, kFineSpacing / voxel_mm), 1.5)); // a mean over voxels
  image::Volume texture{.size = person.size, .affine = person.affine, .data = std::vector<float>(person.voxels())};
  std::vector<float> gain(person.size[0]);
  for (std::size_t k = 0; k < person.size[2]; ++k) {
    for (std::size_t j = 0; j < person.size[1]; ++j) {
      const Vector start = person.affine.apply({0, static_cast<double>(j), static_cast<double>(k)});
      const std::span<float> row = std::span(texture.data).subspan(person.index(0, j, k), person.size[0]);
      smooth.row(start, voxel_mm, row);
      activity.row(start, voxel_mm, gain);
      for (std::size_t i = 0; i < row.size(); ++i) {
        row[i] += fine * gain[i] * normal();
      }
    }
  }
  return texture;
}

} // namespace

Texture draw_texture(const Person& person, const RandomStream& water, const RandomStream& iron) {
  return {.water = draw_variation(person.octants, water),
          .iron = draw_variation(person.octants, iron),
          .border = border_shading(person)};
}

// So that pairs of modalities correlate as in real heads (see the variation of water and iron).
double own_texture_gain(Modality modality) {
  switch (modality) {
  case Modality::kT1:
  case Modality::kT1c:
    return 0.015;
  case Modality::kT2:
    return 0.06;
  case Modality::kFlair:
  case Modality::kDwi:
  case Modality::kAdc:
    return 0.03;
  default:
    return 0.02;
  }
}

std::span<const float> own_texture_row(const Texture& texture, Modality modality, std::size_t j, std::size_t k) {
  const std::size_t which = index_of(modality);
  const image::Volume& other = which % 2 == 0 ? texture.water : texture.iron;
  const std::size_t mirrored = which / 2 % 3; // along j, k or both
  const std::size_t row = mirrored != 1 ? other.size[1] - 1 - j : j;
  const std::size_t slice = mirrored != 0 ? other.size[2] - 1 - k : k;
  return std::span(other.data).subspan(other.index(0, row, slice), other.size[0]);
}

} // namespace brainmvp::simulate
