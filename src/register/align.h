// Rigid alignment of one image to another by mutual information, coarse to fine.
//
//   const Alignment found = align(t1, flair, {});
//   flair.affine = found.to_moving.affine().inverse().after(flair.affine); // the same voxels, where they belong
#pragma once

#include <cstdint>
#include <string>

#include "image/volume.h"
#include "register/rigid.h"

namespace brainmvp::registration {

struct AlignOptions {
  double finest_mm = 1; // no level is finer
  std::uint64_t seed = 0;
  bool operator==(const AlignOptions&) const = default;
};

struct Alignment {
  Rigid to_moving;               // from points of the reference to those of the moving image, RAS+ mm
  double information_before = 0; // mutual information in nats, of the images as their headers place them
  double information_after = 0;
  double overlap = 0;         // share of the reference's head that the moving image covers
  double displacement_mm = 0; // mean over the reference's head, between before and after
  double repeat_mm = 0;       // the same between two estimates from different points: how exact it is
};

// The same images, options and seed give the same result on any number of threads. Throws Error(kBadInput) for an image that
// is constant or not a volume (fewer than 4 voxels along an axis).
Alignment align(const image::Volume& reference, const image::Volume& moving, const AlignOptions& options);

// The figures of a motion that is known, over the points that align() compares; repeat_mm is 0. Throws as align().
Alignment aligned_by(const Rigid& motion, const image::Volume& reference, const image::Volume& moving,
                     const AlignOptions& options);

// What the figures say in plain words: "moved 3.1 mm", "was aligned", or "doubtful: ..." with the reason.
struct Verdict {
  bool doubtful = false;
  std::string text;
};
Verdict verdict_of(const Alignment& alignment);

} // namespace brainmvp::registration
