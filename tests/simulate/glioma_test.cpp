// Gliomas beside what was measured on real ones: shape, oedema along white matter, cores.
#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "simulate/cohort_layout.h"
#include "simulate/make_person.h"
#include "simulate/neighbours.h"
#include "simulate/spread.h"
#include "simulate/tumour_core.h"
#include "support/support.h"

namespace brainmvp::simulate {
namespace {

constexpr double kVoxel = 2; // mm

struct Tumour {
  std::array<double, kTissueCount> ml{};
  double surface_share = 0; // of the core: surface over volume to the power of 2/3
  double bare_share = 0;    // of the core's surface: without a rim
};

bool is_core(Tissue tissue) {
  return tissue == Tissue::kNecrosis || tissue == Tissue::kSolidTumour || tissue == Tissue::kEnhancingTumour;
}

Tumour tumour_of(Pathology pathology, std::uint64_t seed) {
  StudySpec spec{.seed = seed, .pathology = pathology, .voxel_mm = kVoxel};
  spec.images.push_back({.modality = Modality::kT1, .target = brats_grid(kVoxel)});
  static const Anatomy anatomy = Anatomy::shipped();
  const OctantVolume person = make_person(spec, anatomy).octants;
  Tumour tumour;
  double faces = 0;
  double bare = 0;
  for (std::size_t n = 0; n < person.data.size(); ++n) {
    for (const std::uint8_t tissue : person.data[n]) {
      tumour.ml[tissue] += kVoxel * kVoxel * kVoxel / 8000;
    }
    const auto here = static_cast<Tissue>(person.data[n][0]);
    if (!is_core(here)) {
      continue;
    }
    for_each_neighbour(person.size, n, [&](std::size_t next) {
      if (!is_core(static_cast<Tissue>(person.data[next][0]))) {
        faces += 1;
        bare += here == Tissue::kEnhancingTumour ? 0 : 1;
      }
    });
  }
  double core_ml = 0;
  for (std::size_t i = 0; i < kTissueCount; ++i) {
    core_ml += is_core(static_cast<Tissue>(i)) ? tumour.ml[i] : 0;
  }
  tumour.surface_share = faces * kVoxel * kVoxel / std::pow(1000 * core_ml, 2.0 / 3);
  tumour.bare_share = bare / std::max(1.0, faces);
  return tumour;
}

double median(std::vector<double> values) {
  std::ranges::nth_element(values, values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2));
  return values[values.size() / 2];
}

// Real ones: 116 ml (38 to 214 in most), 10.5 for the surface, by faces of voxels.
TEST(HighGradeGlioma, HasTheSizeAndTheUnevenSurfaceOfRealOnes) {
  std::vector<double> whole;
  std::vector<double> surface;
  std::vector<double> bare;
  std::vector<double> fluid;
  for (std::uint64_t seed = 0; seed < 7; ++seed) {
    const Tumour tumour = tumour_of(Pathology::kHighGradeGlioma, seed);
    double sum = 0;
    for (const Tissue tissue : {Tissue::kNecrosis, Tissue::kSolidTumour, Tissue::kEnhancingTumour, Tissue::kOedema}) {
      sum += tumour.ml[index_of(tissue)];
    }
    whole.push_back(sum);
    surface.push_back(tumour.surface_share);
    bare.push_back(tumour.bare_share);
    EXPECT_GT(tumour.ml[index_of(Tissue::kOedema)], 3) << seed;
    EXPECT_GT(tumour.ml[index_of(Tissue::kEnhancingTumour)], 0.5) << seed;
    const double necrosis = tumour.ml[index_of(Tissue::kNecrosis)];
    fluid.push_back(necrosis / (necrosis + tumour.ml[index_of(Tissue::kSolidTumour)]));
  }
  EXPECT_GT(median(whole), 75);
  EXPECT_LT(median(whole), 170);
  EXPECT_GT(median(surface), 8.6);                                                      // one smooth lump has 8
  EXPECT_GT(*std::ranges::max_element(bare), 0.05);                                     // rims have gaps
  EXPECT_GT(*std::ranges::max_element(fluid) - *std::ranges::min_element(fluid), 0.25); // cores differ
}

TEST(Spread, GoesAlongWhatResistsLeastAndHasTheVolume) {
  // A bar of white matter 12 mm wide in cortex.
  TissueVolume head = empty_head({.low_mm = {-60, -60, -60}, .high_mm = {60, 60, 60}}, 3);
  paint(head, {.low_mm = {-60, -60, -60}, .high_mm = {60, 60, 60}}, [](const Vector& p, Tissue) {
    return std::abs(p[1]) < 6.5 && std::abs(p[2]) < 6.5 ? Tissue::kWhiteMatter : Tissue::kCortex;
  });
  const Scout scout(head);
  const Spread spread(scout, {.starts_in = [](const Vector& p) { return std::abs(p[0]) < 4; },
                              .resistance = [](const Vector&, Tissue tissue) { return tissue == Tissue::kWhiteMatter ? 1 : 8; },
                              .takes = is_white_matter,
                              .volume_ml = 12});
  EXPECT_GT(spread.depth({20, 0, 0}), 0);
  EXPECT_LT(spread.depth({55, 0, 0}), 0);
  EXPECT_LT(spread.depth({20, 30, 0}), 0);
  double ml = 0;
  for (const std::uint8_t tissue : head.data) {
    ml += tissue == static_cast<std::uint8_t>(Tissue::kWhiteMatter) ? 0.027 : 0;
  }
  ASSERT_GT(ml, 20);
  double reached = 0;
  for (std::size_t n = 0; n < head.data.size(); ++n) {
    const Vector p = position_of(head, n % head.size[0], n / head.size[0] % head.size[1], n / (head.size[0] * head.size[1]));
    reached += tissue_at(head, n) == Tissue::kWhiteMatter && std::abs(p[0]) >= 4 && spread.depth(p) >= 0 ? 0.027 : 0;
  }
  EXPECT_NEAR(reached, 12, 1.5);
}

TEST(TumourCore, HasAboutItsVolume) {
  std::vector<double> shares;
  for (std::uint64_t seed = 0; seed < 7; ++seed) {
    RandomStream stream({seed});
    const TumourCore core({0, 0, 0}, 30, stream);
    double ml = 0;
    for (double x = -60; x < 60; x += 3) {
      for (double y = -60; y < 60; y += 3) {
        for (double z = -60; z < 60; z += 3) {
          ml += core.depth({x, y, z}) > 0 ? 0.027 : 0;
        }
      }
    }
    shares.push_back(ml / 30);
  }
  EXPECT_NEAR(median(shares), 1, 0.35);
}

} // namespace
} // namespace brainmvp::simulate
