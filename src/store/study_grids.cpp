#include "store/study_grids.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/error.h"
#include "image/orientation.h"
#include "study/reference_image.h"

namespace brainmvp::store {
namespace {

image::Grid grid_of(const io::ImageHeader& header) { return {.size = header.size, .affine = header.affine}; }

void check_channels(const StudyImages& study, const std::vector<io::ImageHeader>& headers) {
  const bool four_dimensional = study.images.size() == 1;
  if (!four_dimensional && study.images.size() != study.modalities.size()) {
    throw Error(ExitCode::kBadInput, std::to_string(study.images.size()) + " images but " +
                                         std::to_string(study.modalities.size()) +
                                         " modalities; give one per file, or one per channel of a single 4D file");
  }
  for (auto name = study.modalities.begin(); name != study.modalities.end(); ++name) {
    if (std::find(study.modalities.begin(), name, *name) != name) {
      throw Error(ExitCode::kBadInput, "modality " + *name + " is listed twice; keep one of the files");
    }
  }
  for (std::size_t i = 0; i < headers.size(); ++i) {
    const std::size_t named = four_dimensional ? study.modalities.size() : 1;
    if (headers[i].channels != named) {
      throw Error(ExitCode::kBadInput, study.images[i].path().string() + ": " + std::to_string(headers[i].channels) +
                                           " channels where the studies file names " + std::to_string(named) +
                                           "; name every channel under \"modality\"");
    }
  }
}

} // namespace

image::Grid ras_grid(const image::Grid& grid) {
  const image::AxisOrder order = image::order_to_ras(grid.affine);
  return {.size = image::reordered_size(grid.size, order), .affine = image::reordered_affine(grid.affine, grid.size, order)};
}

double field_distance_mm(const image::Grid& a, const image::Grid& b) {
  double largest = 0;
  for (unsigned corner = 0; corner < 8; ++corner) {
    image::Vector in_a{};
    image::Vector in_b{};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const bool far_end = ((corner >> axis) & 1U) != 0;
      in_a[axis] = far_end ? static_cast<double>(a.size[axis]) - 0.5 : -0.5;
      in_b[axis] = far_end ? static_cast<double>(b.size[axis]) - 0.5 : -0.5;
    }
    const image::Vector mm_a = a.affine.apply(in_a);
    const image::Vector mm_b = b.affine.apply(in_b);
    largest = std::max(largest, std::hypot(mm_a[0] - mm_b[0], mm_a[1] - mm_b[1], mm_a[2] - mm_b[2]));
  }
  return largest;
}

StudyGrids study_grids(const StudyImages& study, const PrepareOptions& options) {
  if (study.images.empty()) {
    throw Error(ExitCode::kBadInput, "no image; list at least one");
  }
  StudyGrids grids;
  grids.z_scored = options.z_scored;
  std::vector<std::filesystem::path> names;
  for (const io::ImageSource& image : study.images) {
    names.push_back(image.path());
    grids.headers.push_back(io::read_header(image));
  }
  check_channels(study, grids.headers);
  if (study.label) {
    grids.label.push_back(io::read_header(*study.label));
    grids.reference = study.label->path();
    grids.native = grid_of(grids.label.front());
  } else {
    const std::size_t chosen = study::reference_image(names, study.modalities, grids.headers, options.reference);
    grids.reference = names[chosen];
    grids.native = grid_of(grids.headers[chosen]);
  }
  grids.ras = with_context(grids.reference.string(), [&] { return ras_grid(grids.native); });
  grids.target = with_context(grids.reference.string(), [&] { return image::isotropic_grid(grids.ras, options.spacing_mm); });
  return grids;
}

} // namespace brainmvp::store
