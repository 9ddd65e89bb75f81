#include "register/rigid.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numbers>

#include "support/support.h"

namespace brainmvp::registration {
namespace {

constexpr double kQuarterTurn = std::numbers::pi / 2;

TEST(Rigid, TurnsAboutItsCentre) {
  const Rigid turned = Rigid{.centre = {10, 0, 0}}.moved({0, 0, kQuarterTurn}, {0, 0, 5});
  const image::Vector point = turned.affine().apply({11, 0, 0});
  EXPECT_NEAR(point[0], 10, 1e-12);
  EXPECT_NEAR(point[1], 1, 1e-12);
  EXPECT_NEAR(point[2], 5, 1e-12);
  EXPECT_NEAR(turned.angle_degrees(), 90, 1e-9);
}

TEST(Rigid, TurnsFollowEachOther) {
  const Rigid both = Rigid{}.moved({kQuarterTurn, 0, 0}, {}).moved({0, 0, kQuarterTurn}, {});
  const image::Vector point = both.affine().apply({0, 1, 0}); // to z, where the second turn leaves it
  EXPECT_NEAR(point[0], 0, 1e-12);
  EXPECT_NEAR(point[1], 0, 1e-12);
  EXPECT_NEAR(point[2], 1, 1e-12);
}

TEST(Rigid, StaysARotationAfterManyTurns) {
  Rigid rigid;
  for (int n = 0; n < 1000; ++n) { // past a whole turn, where the quaternion changes its sign
    rigid = rigid.moved({0.01, -0.02, 0.005}, {0.1, 0, 0});
  }
  EXPECT_NEAR(rigid.affine().determinant(), 1, 1e-9);
  EXPECT_TRUE(rigid.affine().orthogonal(1e-9));
  EXPECT_NEAR(rigid.translation[0], 100, 1e-9);
}

TEST(Rigid, MeanDistanceIsThatOfThePoints) {
  const std::array<image::Vector, 2> points{{{0, 0, 0}, {2, 0, 0}}};
  const Rigid turned = Rigid{}.moved({0, 0, kQuarterTurn}, {});
  EXPECT_NEAR(mean_distance_mm(turned.affine(), image::Affine{}, points), std::sqrt(2.0), 1e-12); // 0 and the hypotenuse of 2, 2
}

TEST(Rigid, IsWrittenInItksFormAndAxes) {
  const test::TemporaryFolder folder;
  const Rigid rigid = Rigid{.versor = {0.1, 0.2, 0.3}, .centre = {1, 2, 3}, .translation = {-4, 5, -6}};
  write_transform(folder / "a.tfm", rigid);
  EXPECT_EQ(test::read_text(folder / "a.tfm"), "#Insight Transform File V1.0\n#Transform 0\n"
                                               "Transform: VersorRigid3DTransform_double_3_3\n"
                                               "Parameters: -0.1 -0.2 0.3 4 -5 -6\nFixedParameters: -1 -2 3\n");
}

} // namespace
} // namespace brainmvp::registration
