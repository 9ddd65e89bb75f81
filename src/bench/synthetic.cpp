#include "bench/synthetic.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "io/image_file.h"

namespace brainmvp::bench {
namespace fs = std::filesystem;
namespace {

constexpr std::array<const char*, 4> kModalities{"flair", "t1", "t1c", "t2"};
constexpr image::Vector kRadiusMm{70, 86, 70};

// An ellipsoid about the middle of the grid: rings of two widths, and noise of one voxel.
image::Volume head_of(const image::Grid& grid, const std::string& modality, double brightness) {
  image::Volume head{.size = grid.size, .affine = grid.affine, .data = {}};
  head.data.resize(head.voxels());
  const image::Vector spacing = grid.affine.spacing_mm();
  RandomStream noise({text_key("bench"), text_key(modality)});
  const auto radius = [&](std::size_t axis, std::size_t at) {
    const double middle = static_cast<double>(grid.size[axis] - 1) / 2;
    const double part = (static_cast<double>(at) - middle) * spacing[axis] / kRadiusMm[axis];
    return part * part;
  };
  std::size_t at = 0;
  for (std::size_t k = 0; k < head.size[2]; ++k) {
    for (std::size_t j = 0; j < head.size[1]; ++j) {
      const double outer = radius(1, j) + radius(2, k);
      for (std::size_t i = 0; i < head.size[0]; ++i, ++at) {
        const double r = std::sqrt(outer + radius(0, i));
        if (r < 1) {
          const double rings = 200 * std::sin(8 * r + brightness) + 120 * std::sin(43 * r);
          head.data[at] = static_cast<float>(std::max(1.0, brightness + rings + 25 * noise.normal()));
        }
      }
    }
  }
  return head;
}

} // namespace

study::Study write_synthetic_study(const fs::path& folder, const std::string& id, const image::Grid& grid,
                                   std::size_t modalities) {
  if (modalities == 0 || modalities > kModalities.size()) {
    throw Error(ExitCode::kInternal, "a synthetic study has 1 to 4 modalities");
  }
  study::Study study;
  study.id = id;
  for (std::size_t i = 0; i < modalities; ++i) {
    const fs::path file = folder / (id + "-" + kModalities[i] + ".nii.gz");
    io::write_nifti(file, head_of(grid, kModalities[i], 500 + 150 * static_cast<double>(i)), {.type = io::StoredType::kInt16});
    study.images.push_back(file);
    study.modalities.emplace_back(kModalities[i]);
  }
  return study;
}

} // namespace brainmvp::bench
