// Orientation of NIfTI headers: sform, qform, or neither; private to src/io.
#pragma once

#include <array>
#include <optional>

#include "image/affine.h"
#include "io/image_file.h"
#include "io/nifti_fields.h"

namespace brainmvp::io {

// Sets affine, affine_source and codes of `header`, whose size is set, and warns of what is odd.
void set_nifti_affine(ImageHeader& header, const NiftiFields& fields);

// Warns of axes that are not at right angles.
void warn_of_shear(ImageHeader& header);

// A rotation with spacing as NIfTI's qform holds it.
struct Qform {
  std::array<double, 3> quatern{}; // b, c, d
  double qfac = 1;                 // -1: left-handed
};

// Nothing when the columns of `affine` are not orthogonal.
std::optional<Qform> qform_of(const image::Affine& affine);

} // namespace brainmvp::io
