#include "simulate/make_person.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "simulate/distance.h"
#include "simulate/procedural_head.h"

namespace brainmvp::simulate {
namespace {

constexpr Extent kReach{.low_mm = {-115, -135, -125}, .high_mm = {115, 135, 115}};
constexpr double kScoutSpacing = 3; // mm
constexpr double kBrainMargin = 4;  // mm
constexpr double kShape = 4;        // mm, of the random deformation

RandomStream stream_for(const StudySpec& spec, std::string_view purpose) { return {spec.seed, spec.number, text_key(purpose)}; }

bool is_hippocampus(Tissue tissue) { return tissue == Tissue::kHippocampus || tissue == Tissue::kAmygdala; }
bool is_striatum(Tissue tissue) { return tissue == Tissue::kCaudate || tissue == Tissue::kPutamen; }

// Makes a structure larger (or smaller, with a negative growth) by moving its surface by `growth_mm`.
void grow(const TissueVolume& head, bool (*structure)(Tissue), double growth_mm, double reach_mm, Deformation& deformation) {
  if (std::abs(growth_mm) < 0.05) {
    return;
  }
  const Lattice distance = signed_distance(head, structure, 4);
  deformation.change_head([&](const Vector& p) {
    const double away = static_cast<double>(distance.at(p));
    if (std::abs(away) > 5 * reach_mm) {
      return Vector{0, 0, 0};
    }
    const double share = growth_mm * std::exp(-std::abs(away) / reach_mm);
    const Vector slope = slope_of(distance, p);
    return Vector{-share * slope[0], -share * slope[1], -share * slope[2]};
  });
}

TissueVolume make_head(const StudySpec& spec) {
  RandomStream stream = stream_for(spec, "head");
  const ProceduralOptions options{.spacing_mm = std::max(1.0, spec.voxel_mm / 2),
                                  .whole_head = !spec.stripped,
                                  .sulcus_mm = 0.75 + 0.3 * stream.uniform() + 1.1 * spec.atrophy,
                                  .cortex_mm = 2.9 + 0.2 * stream.uniform() - 0.3 * spec.atrophy,
                                  .ventricles = (0.85 + 0.3 * stream.uniform()) * (1 + 0.25 * spec.atrophy)};
  return procedural_head(options, stream);
}

// The cortex of label maps is thinned where it meets CSF, here and there.
void widen_sulci(double atrophy, RandomStream stream, OctantVolume& person) {
  Lattice pattern({.low_mm = person.affine.translation,
                   .high_mm = person.affine.apply({static_cast<double>(person.size[0]), static_cast<double>(person.size[1]),
                                                   static_cast<double>(person.size[2])})},
                  10);
  pattern.fill_random(stream, 1);
  for (std::size_t n = 0; n < person.data.size(); ++n) {
    const int csf = count_octants(person.data[n], [](Tissue tissue) { return tissue == Tissue::kCsf; });
    if (csf < 2 || csf == 8) {
      continue;
    }
    const Vector p =
        person.affine.apply({static_cast<double>(n % person.size[0]), static_cast<double>(n / person.size[0] % person.size[1]),
                             static_cast<double>(n / (person.size[0] * person.size[1]))});
    if (static_cast<double>(pattern.at(p)) < 2.2 * atrophy - 0.8) {
      std::ranges::replace(person.data[n], static_cast<std::uint8_t>(Tissue::kCortex), static_cast<std::uint8_t>(Tissue::kCsf));
    }
  }
}

Extent wanted_extent(const StudySpec& spec, const TissueVolume& coarse) {
  const Extent tissue = extent_of(coarse, spec.stripped ? is_brain : is_not_air);
  Extent seen{.low_mm = {1e9, 1e9, 1e9}, .high_mm = {-1e9, -1e9, -1e9}};
  for (const ImageRequest& image : spec.images) {
    const Extent grid = extent_of(image.target);
    for (std::size_t axis = 0; axis < 3; ++axis) {
      seen.low_mm[axis] = std::min(seen.low_mm[axis], grid.low_mm[axis]);
      seen.high_mm[axis] = std::max(seen.high_mm[axis], grid.high_mm[axis]);
    }
  }
  for (std::size_t axis = 0; axis < 3; ++axis) {
    seen.low_mm[axis] = std::max(seen.low_mm[axis], tissue.low_mm[axis]) - kBrainMargin;
    seen.high_mm[axis] = std::min(seen.high_mm[axis], tissue.high_mm[axis]) + kBrainMargin;
  }
  return seen;
}

OctantVolume sample_person(const StudySpec& spec, const TissueVolume& head, const Deformation& deformation,
                           const Extent& extent) {
  const Vector grid_low = extent_of(spec.images.front().target).low_mm;
  Vector origin{};
  image::Size size{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    origin[axis] = grid_low[axis] + spec.voxel_mm * std::floor((extent.low_mm[axis] - grid_low[axis]) / spec.voxel_mm);
    size[axis] = static_cast<std::size_t>(std::max(1.0, std::ceil((extent.high_mm[axis] - origin[axis]) / spec.voxel_mm))) + 1;
  }
  return sample_octants(head, deformation, origin, spec.voxel_mm, size);
}

} // namespace

image::Affine to_person(const TargetGrid& target) {
  image::Affine place;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    place.translation[axis] = -target.centre_mm[axis];
  }
  return place;
}

Extent extent_of(const TargetGrid& target) {
  Extent box{.low_mm = {1e9, 1e9, 1e9}, .high_mm = {-1e9, -1e9, -1e9}};
  const image::Affine to_mm = to_person(target).after(target.grid.affine);
  for (std::size_t corner = 0; corner < 8; ++corner) {
    Vector index{};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      index[axis] = (corner >> axis & 1U) != 0 ? static_cast<double>(target.grid.size[axis] - 1) : 0;
    }
    const Vector mm = to_mm.apply(index);
    for (std::size_t axis = 0; axis < 3; ++axis) {
      box.low_mm[axis] = std::min(box.low_mm[axis], mm[axis]);
      box.high_mm[axis] = std::max(box.high_mm[axis], mm[axis]);
    }
  }
  return box;
}

Person make_person(const StudySpec& spec, const Anatomy& anatomy) {
  RandomStream stream = stream_for(spec, "shape");
  const TissueVolume made = anatomy.drawn() ? make_head(spec) : TissueVolume{};
  const std::size_t number = anatomy.drawn() ? 0 : stream.below(anatomy.count());
  const TissueVolume& head = anatomy.drawn() ? made : anatomy.head(number);
  const Pose pose = draw_pose(spec.registered ? 2 : 6, spec.brain_scale, stream);
  Deformation deformation(kReach, pose, draw_diffeomorphism(kReach, kShape, stream));
  grow(head, is_ventricle, 2.5 * spec.atrophy + 0.5 * stream.normal(), 10, deformation);
  grow(head, is_hippocampus, -1.2 * spec.atrophy + 0.15 * stream.normal(), 4, deformation);
  grow(head, is_striatum, 6 * (spec.deep_grey_scale - 1), 6, deformation);

  Person person{.octants = {}, .tissues = {}, .head = anatomy.drawn() ? std::string(kDrawnAnatomy) : anatomy.name(number)};
  RandomStream tissue_stream = stream_for(spec, "tissues");
  person.tissues = draw_tissues(spec.field, tissue_stream);
  RandomStream lesion_stream = stream_for(spec, "lesions");
  TissueVolume coarse = sample_centres(head, deformation, kReach, std::max(kScoutSpacing, spec.voxel_mm));
  const Extent extent = wanted_extent(spec, coarse);
  std::optional<Scout> scout; // the plan refers to it
  LesionPlan plan;
  if (spec.pathology != Pathology::kNone) {
    scout.emplace(std::move(coarse));
    plan = plan_lesions(spec.pathology, *scout, lesion_stream, person.tissues);
    deformation.add_masses(plan.masses);
  }
  person.octants = sample_person(spec, head, deformation, extent);
  if (!anatomy.drawn() && spec.atrophy > 0) {
    widen_sulci(spec.atrophy, stream_for(spec, "sulci"), person.octants);
  }
  for (const Layer& layer : plan.layers) {
    paint(person.octants, layer.box, layer.paint);
  }
  return person;
}

} // namespace brainmvp::simulate
