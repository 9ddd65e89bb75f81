#include "study/reference_image.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "image/orientation.h"

namespace brainmvp::study {
namespace {

// How much of a head the field of view can hold: mm^3, where what an axis has beyond a head counts for nothing.
double covered_head(const io::ImageHeader& header) {
  constexpr image::Vector kHeadMm{150, 180, 150}; // ear to ear, front to back, vertex to skull base
  const image::AxisOrder order = image::order_to_ras(header.affine);
  const image::Vector spacing = header.affine.spacing_mm();
  double covered = 1;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const std::size_t source = order.source_axis[axis];
    covered *= std::min(static_cast<double>(header.size[source]) * spacing[source], kHeadMm[axis]);
  }
  return covered;
}

// Rounding of affines does not decide; the first does.
double rounded_voxel(const io::ImageHeader& header) { return std::round(std::abs(header.affine.determinant()) * 1e6); }

// A slab must not cut whole heads, and thin air around a head does not count.
std::size_t finest_whole_image(const std::vector<std::filesystem::path>& images, const std::vector<io::ImageHeader>& headers) {
  constexpr double kAsMuch = 0.9;
  std::vector<double> covered;
  for (std::size_t i = 0; i < headers.size(); ++i) {
    covered.push_back(with_context(images[i].string(), [&] { return covered_head(headers[i]); }));
  }
  const auto largest = std::ranges::max_element(covered);
  const double enough = kAsMuch * *largest;
  auto best = static_cast<std::size_t>(largest - covered.begin());
  for (std::size_t i = headers.size(); i-- > 0;) {
    if (covered[i] >= enough && rounded_voxel(headers[i]) <= rounded_voxel(headers[best])) {
      best = i;
    }
  }
  return best;
}

} // namespace

std::size_t reference_image(const std::vector<std::filesystem::path>& images, const std::vector<std::string>& modalities,
                            const std::vector<io::ImageHeader>& headers, const std::string& named) {
  const auto found = std::ranges::find(modalities, named);
  return found == modalities.end() ? finest_whole_image(images, headers)
                                   : std::min(static_cast<std::size_t>(found - modalities.begin()), images.size() - 1);
}

} // namespace brainmvp::study
