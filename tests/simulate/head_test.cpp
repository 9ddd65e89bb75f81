// The built-in head, its deformation, and what is drawn for one person.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "simulate/distance.h"
#include "simulate/make_person.h"
#include "simulate/normal_table.h"
#include "simulate/procedural_head.h"
#include "simulate/shapes.h"
#include "tissue_volume.h"

namespace brainmvp::simulate {
namespace {

TEST(ProceduralHead, VolumesAreThoseOfAdults) {
  RandomStream stream({1});
  const TissueVolume head = procedural_head({.spacing_mm = 2}, stream);
  test::expect_ml(head, Tissue::kCortex, 400, 800);
  test::expect_ml(head, Tissue::kWhiteMatter, 350, 700);
  test::expect_ml(head, Tissue::kVentricle, 8, 60);
  test::expect_ml(head, Tissue::kThalamus, 6, 20);
  test::expect_ml(head, Tissue::kHippocampus, 3, 10);
  test::expect_ml(head, Tissue::kBrainstem, 12, 50);
  test::expect_ml(head, Tissue::kCerebellarCortex, 50, 150);
  test::expect_ml(head, Tissue::kEye, 8, 18);
  for (std::size_t i = 0; i <= index_of(Tissue::kSpinalCord); ++i) {
    EXPECT_GT(test::volume_ml(head, static_cast<Tissue>(i)), 0) << kTissueNames[i];
  }
}

TEST(ProceduralHead, FoldsDifferBetweenStreamsOnly) {
  RandomStream a({1});
  RandomStream b({1});
  RandomStream c({2});
  const ProceduralOptions options{.spacing_mm = 4, .whole_head = false};
  const TissueVolume first = procedural_head(options, a);
  EXPECT_EQ(first.data, procedural_head(options, b).data);
  EXPECT_NE(first.data, procedural_head(options, c).data);
}

TEST(Deformation, IsSmoothInvertibleAndKeepsOrientation) {
  RandomStream stream({3});
  const Extent extent{.low_mm = {-100, -100, -100}, .high_mm = {100, 100, 100}};
  const Deformation deformation(extent, draw_pose(5, 1, stream), draw_diffeomorphism(extent, 5, stream));
  double moved = 0;
  for (int n = 0; n < 200; ++n) {
    const Vector p{160 * stream.uniform() - 80, 160 * stream.uniform() - 80, 160 * stream.uniform() - 80};
    const Vector mapped = deformation.to_head(p);
    moved = std::max(moved, length(minus(mapped, p)));
    EXPECT_LT(length(minus(deformation.to_person(mapped), p)), 0.05);
    std::array<Vector, 3> columns{};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      Vector q = p;
      q[axis] += 1;
      columns[axis] = minus(deformation.to_head(q), mapped);
    }
    const auto& [x, y, z] = columns;
    EXPECT_GT(x[0] * (y[1] * z[2] - y[2] * z[1]) - y[0] * (x[1] * z[2] - x[2] * z[1]) + z[0] * (x[1] * y[2] - x[2] * y[1]), 0.1);
  }
  EXPECT_GT(moved, 2);
}

TEST(Deformation, AMassPushesTissueOutwards) {
  RandomStream stream({3});
  const Extent extent{.low_mm = {-60, -60, -60}, .high_mm = {60, 60, 60}};
  Deformation deformation(extent, {}, draw_diffeomorphism(extent, 0, stream));
  deformation.add_masses({{.centre_mm = {0, 0, 0}, .radius_mm = 20, .shift_mm = 5}});
  EXPECT_NEAR(deformation.to_head({20, 0, 0})[0], 15, 0.3); // what is at its surface was 5 mm nearer
  EXPECT_NEAR(deformation.to_head({0, -50, 0})[1], -50, 1.5);
}

TEST(Person, SulciOfOneVoxelAreNarrowerAndOtherFluidKeepsItsWidth) {
  TissueVolume head = empty_head({.low_mm = {-20, -20, -20}, .high_mm = {20, 20, 20}}, 1);
  const auto fluid_mm = [&](Tissue wall) {
    paint(head, {.low_mm = {-20, -20, -20}, .high_mm = {20, 20, 20}},
          [&](const Vector& p, Tissue) { return std::abs(p[0]) < 0.5 ? Tissue::kCsf : wall; });
    RandomStream stream({3});
    const Extent extent{.low_mm = {-20, -20, -20}, .high_mm = {20, 20, 20}};
    const Deformation still(extent, {}, draw_diffeomorphism(extent, 0, stream));
    const OctantVolume person = sample_octants(head, still, {-15, -15, -15}, 0.1, {300, 2, 2});
    std::size_t octants = 0;
    for (const Octants& voxel : person.data) {
      octants += static_cast<std::size_t>(std::ranges::count(voxel, static_cast<std::uint8_t>(Tissue::kCsf)));
    }
    return static_cast<double>(octants) * 0.1 / 32;
  };
  EXPECT_NEAR(fluid_mm(Tissue::kWhiteMatter), 1, 0.06);
  EXPECT_NEAR(fluid_mm(Tissue::kCortex), 0.84, 0.06);
}

TEST(Distance, OfABallIsKnown) {
  TissueVolume head = empty_head({.low_mm = {-30, -30, -30}, .high_mm = {30, 30, 30}}, 1);
  const Ellipsoid ball{.centre_mm = {0, 0, 0}, .axes_mm = {10, 10, 10}};
  paint(head, box_of(ball), [&](const Vector& p, Tissue before) { return depth_in(ball, p) > 0 ? Tissue::kVentricle : before; });
  const Lattice distance = signed_distance(
      head, [](Tissue tissue) { return tissue == Tissue::kVentricle; }, 2);
  EXPECT_NEAR(distance.at({22, 0, 0}), 12, 2);
  EXPECT_NEAR(distance.at({0, 0, 0}), -10, 2.5);
  EXPECT_NEAR(length(slope_of(distance, {0, 18, 0})), 1, 0.15);
}

TEST(NormalTable, HasTheMomentsOfTheNormalDistribution) {
  double mean = 0;
  double square = 0;
  double fourth = 0;
  for (const float value : normal_quantiles()) {
    const auto x = static_cast<double>(value);
    mean += x / 4096;
    square += x * x / 4096;
    fourth += x * x * x * x / 4096;
  }
  EXPECT_NEAR(mean, 0, 1e-6);
  EXPECT_NEAR(square, 1, 1e-5);
  EXPECT_NEAR(fourth, 3, 0.05);
}

} // namespace
} // namespace brainmvp::simulate
