#include <nanobind/stl/string.h>

#include "arrays.h"
#include "calls.h"
#include "parts.h"
#include "register/align.h"

namespace brainmvp::native {
namespace nb = nanobind;
namespace {

nb::dict alignment_dict(const registration::Alignment& found) {
  const registration::Verdict verdict = registration::verdict_of(found);
  nb::dict out;
  out["to_moving"] = matrix_of(found.to_moving.affine());
  out["angle_degrees"] = found.to_moving.angle_degrees();
  out["information_before"] = found.information_before;
  out["information_after"] = found.information_after;
  out["overlap"] = found.overlap;
  out["displacement_mm"] = found.displacement_mm;
  out["repeat_mm"] = found.repeat_mm;
  out["doubtful"] = verdict.doubtful;
  out["verdict"] = verdict.text;
  return out;
}

nb::object align(const Array<float>& reference, const Matrix& reference_affine, const Array<float>& moving,
                 const Matrix& moving_affine, double finest_mm, std::uint64_t seed) {
  return call(
      [&] {
        return registration::align(volume_of(reference, reference_affine), volume_of(moving, moving_affine),
                                   {.finest_mm = finest_mm, .seed = seed});
      },
      alignment_dict);
}

} // namespace

void bind_registration(nb::module_& module) {
  module.def("align", align, nb::arg("reference").noconvert(), nb::arg("reference_affine").noconvert(),
             nb::arg("moving").noconvert(), nb::arg("moving_affine").noconvert(), nb::arg("finest_mm"), nb::arg("seed"));
}

} // namespace brainmvp::native
