#include "io/nifti_affine.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string>

#include "base/error.h"

namespace brainmvp::io {
namespace {

using image::Affine;

constexpr double kConflictMm = 0.5;       // single-precision quaternions alone reach 0.1
constexpr double kGrossConflictMm = 100;  // no rounding and no shear makes this
constexpr double kShear = 1e-3;           // cosine between axes
constexpr double kQformShear = 1e-5;      // a qform is exact, so it is written only for a grid without shear
constexpr double kSpacingMismatch = 0.01; // relative

std::string rounded(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.3g", value);
  return text.data();
}

bool usable(const Affine& affine) {
  try {
    (void)affine.inverse();
    return true;
  } catch (const Error&) {
    return false;
  }
}

bool usable_spacing(double value) { return std::isfinite(value) && value > 0; }

// Spacing of an axis by pixdim; its sign means nothing, and 0 counts as 1.
double pixdim_spacing(const NiftiFields& fields, std::size_t axis) {
  const double value = std::abs(fields.pixdim[axis + 1]);
  return usable_spacing(value) ? value : 1.0;
}

Affine sform_affine(const NiftiFields& fields) {
  Affine affine;
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t column = 0; column < 3; ++column) {
      affine.matrix[row][column] = fields.srow[row][column];
    }
    affine.translation[row] = fields.srow[row][3];
  }
  return affine;
}

// nifti1.h, "METHOD 2". Nothing when the quaternion is longer than 1 or not finite.
std::optional<Affine> qform_affine(const NiftiFields& fields) {
  double b = fields.quatern[0];
  double c = fields.quatern[1];
  double d = fields.quatern[2];
  const double length = std::sqrt(b * b + c * c + d * d);
  if (!(length < 1.001)) {
    return std::nullopt;
  }
  if (length > 1) {
    b /= length;
    c /= length;
    d /= length;
  }
  const double a = std::sqrt(std::max(0.0, 1 - (b * b + c * c + d * d)));
  Affine affine{.matrix = {{{a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)},
                            {2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)},
                            {2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c}}},
                .translation = fields.qoffset};
  const double qfac = fields.pixdim[0] < 0 ? -1 : 1;
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t column = 0; column < 3; ++column) {
      affine.matrix[row][column] *= pixdim_spacing(fields, column) * (column == 2 ? qfac : 1.0);
    }
  }
  return usable(affine) ? std::optional(affine) : std::nullopt;
}

// The grid centred on the origin, i to the left, as SPM and nibabel take files without orientation.
Affine pixdim_affine(const ImageHeader& header, const NiftiFields& fields) {
  Affine affine;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double step = pixdim_spacing(fields, axis) * (axis == 0 ? -1.0 : 1.0);
    affine.matrix[axis][axis] = step;
    affine.translation[axis] = -step * static_cast<double>(header.size[axis] - 1) / 2;
  }
  return affine;
}

void choose(ImageHeader& header, const NiftiFields& fields) {
  const Affine sform = sform_affine(fields);
  const std::optional<Affine> qform = fields.qform_code > 0 ? qform_affine(fields) : std::nullopt;
  if (fields.qform_code > 0 && !qform) {
    header.warnings.emplace_back("the qform is not a rotation and was ignored");
  }
  const bool sform_usable = fields.sform_code > 0 && usable(sform);
  if (fields.sform_code > 0 && !sform_usable) {
    header.warnings.push_back(std::string("the sform is singular or not finite; ") +
                              (qform ? "the qform was used instead" : "it was ignored"));
  }
  if (sform_usable) {
    header.affine = sform;
    header.affine_source = "sform";
    const double apart = qform ? image::corner_distance_mm(sform, *qform, header.size) : 0;
    if (apart > kGrossConflictMm || (apart > kConflictMm && sform.orthogonal(kShear))) {
      header.warnings.push_back("sform and qform disagree by up to " + rounded(apart) + " mm; the sform was used" +
                                (apart > kGrossConflictMm ? ": check left and right in a viewer" : ""));
    }
  } else if (qform) {
    header.affine = *qform;
    header.affine_source = "qform";
  } else {
    header.affine = pixdim_affine(header, fields);
    header.affine_source = "pixdim";
    header.warnings.emplace_back("the header has no orientation, so left and right are unknown; spacing was taken from pixdim, "
                                 "with the first axis to the left");
  }
}

void warn_of_pixdim(ImageHeader& header, const NiftiFields& fields) {
  const image::Vector spacing = header.affine.spacing_mm();
  bool odd = false;
  bool other = false;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double stated = fields.pixdim[axis + 1];
    odd = odd || !usable_spacing(stated);
    other = other || (usable_spacing(stated) && std::abs(stated - spacing[axis]) > kSpacingMismatch * spacing[axis]);
  }
  const std::string stated = rounded(fields.pixdim[1]) + ", " + rounded(fields.pixdim[2]) + ", " + rounded(fields.pixdim[3]);
  if (odd) {
    header.warnings.push_back("pixdim states a spacing of " + stated + "; the " + header.affine_source + " was used");
  } else if (other) {
    header.warnings.push_back("pixdim states a spacing of " + stated + " mm, other than the " + header.affine_source +
                              ", which was used");
  }
}

} // namespace

void set_nifti_affine(ImageHeader& header, const NiftiFields& fields) {
  header.sform_code = fields.sform_code;
  header.qform_code = fields.qform_code;
  choose(header, fields);
  warn_of_pixdim(header, fields);
  warn_of_shear(header);
}

void warn_of_shear(ImageHeader& header) {
  if (!header.affine.orthogonal(kShear)) {
    header.warnings.emplace_back("the affine is sheared (its axes are not at right angles); it is kept and used when resampling");
  }
}

std::optional<Qform> qform_of(const image::Affine& affine) {
  if (!affine.orthogonal(kQformShear)) {
    return std::nullopt;
  }
  const image::Vector spacing = affine.spacing_mm();
  std::array<std::array<double, 3>, 3> r = affine.matrix;
  Qform out{.quatern = {}, .qfac = affine.determinant() < 0 ? -1.0 : 1.0};
  for (auto& row : r) {
    for (std::size_t column = 0; column < 3; ++column) {
      row[column] /= spacing[column] * (column == 2 ? out.qfac : 1.0);
    }
  }
  // The largest of |a|, |b|, |c|, |d| is the stable pivot; the sign is chosen so that a >= 0.
  const std::array<double, 4> squares{1 + r[0][0] + r[1][1] + r[2][2], 1 + r[0][0] - r[1][1] - r[2][2],
                                      1 - r[0][0] + r[1][1] - r[2][2], 1 - r[0][0] - r[1][1] + r[2][2]};
  const auto pivot = static_cast<std::size_t>(std::ranges::max_element(squares) - squares.begin());
  const double p = std::sqrt(squares[pivot]) / 2;
  const double ab = (r[2][1] - r[1][2]) / (4 * p);
  const double ac = (r[0][2] - r[2][0]) / (4 * p);
  const double ad = (r[1][0] - r[0][1]) / (4 * p);
  const double bc = (r[0][1] + r[1][0]) / (4 * p);
  const double bd = (r[0][2] + r[2][0]) / (4 * p);
  const double cd = (r[1][2] + r[2][1]) / (4 * p);
  const std::array<std::array<double, 4>, 4> rows{{{p, ab, ac, ad}, {ab, p, bc, bd}, {ac, bc, p, cd}, {ad, bd, cd, p}}};
  const double sign = rows[pivot][0] < 0 ? -1 : 1;
  out.quatern = {sign * rows[pivot][1], sign * rows[pivot][2], sign * rows[pivot][3]};
  return out;
}

} // namespace brainmvp::io
