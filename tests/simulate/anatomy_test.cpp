// The heads that the program brings along.
#include "simulate/anatomy.h"

#include <algorithm>
#include <cmath>

#include "simulate/cohort_layout.h"
#include "simulate/embedded_texts.h"
#include "simulate/make_person.h"
#include "support/support.h"
#include "tissue_volume.h"

namespace brainmvp::simulate {
namespace {

// From left to right, of dura between the hemispheres: the standard deviation; a plane of two voxels has 0.5 mm.
double falx_spread_mm(const TissueVolume& head) {
  const Extent brain = extent_of(head, is_parenchyma);
  std::vector<double> places;
  std::size_t at = 0;
  for (std::size_t k = 0; k < head.size[2]; ++k) {
    for (std::size_t j = 0; j < head.size[1]; ++j) {
      for (std::size_t i = 0; i < head.size[0]; ++i, ++at) {
        const Vector p = position_of(head, i, j, k);
        if (tissue_at(head, at) == Tissue::kDura && std::abs(p[0]) < 8 && p[2] > 22 && p[2] < brain.high_mm[2] - 8 &&
            std::abs(p[1]) < 50) {
          places.push_back(p[0]);
        }
      }
    }
  }
  EXPECT_GT(places.size(), 300U);
  double mean = 0;
  double square = 0;
  for (const double place : places) {
    mean += place / static_cast<double>(places.size());
    square += place * place / static_cast<double>(places.size());
  }
  return std::sqrt(square - mean * mean);
}

class ShippedHead : public ::testing::TestWithParam<std::size_t> {};

TEST_P(ShippedHead, IsAWholeHeadOfAnAdultWithoutLesionsWhoseFalxFollowsTheFissure) {
  const Anatomy anatomy = Anatomy::shipped();
  const TissueVolume& head = anatomy.head(GetParam());
  for (std::size_t axis = 0; axis < 3; ++axis) {
    EXPECT_EQ(head.affine.matrix[axis][axis], 1);
  }
  test::expect_ml(head, Tissue::kCortex, 350, 750);
  test::expect_ml(head, Tissue::kWhiteMatter, 350, 700);
  test::expect_ml(head, Tissue::kVentricle, 8, 70);
  test::expect_ml(head, Tissue::kThalamus, 6, 24);
  test::expect_ml(head, Tissue::kHippocampus, 3, 13);
  test::expect_ml(head, Tissue::kBrainstem, 10, 40);
  test::expect_ml(head, Tissue::kCerebellarCortex, 60, 160);
  test::expect_ml(head, Tissue::kChoroidPlexus, 0.3, 8);
  test::expect_ml(head, Tissue::kDura, 20, 400);
  test::expect_ml(head, Tissue::kSkin, 100, 500);
  test::expect_ml(head, Tissue::kFat, 100, 1500);
  test::expect_ml(head, Tissue::kMuscle, 50, 1500);
  test::expect_ml(head, Tissue::kBone, 150, 600);
  test::expect_ml(head, Tissue::kVein, 5, 60);
  test::expect_ml(head, Tissue::kArtery, 1, 30);
  test::expect_ml(head, Tissue::kEye, 4, 20);
  for (std::size_t i = 0; i < kTissueCount; ++i) {
    if (is_lesion(static_cast<Tissue>(i))) {
      EXPECT_EQ(test::volume_ml(head, static_cast<Tissue>(i)), 0) << kTissueNames[i];
    }
  }
  EXPECT_GT(falx_spread_mm(head), 0.8);
}

INSTANTIATE_TEST_SUITE_P(Anatomy, ShippedHead, testing::Range<std::size_t>(0, 6));

TEST(ShippedAnatomy, HasSixHeadsOfFewHundredKiB) {
  EXPECT_EQ(Anatomy::shipped().count(), 6U);
  for (const EmbeddedText& file : embedded_heads()) {
    EXPECT_EQ(file.text, test::read_text(test::golden("../../data/anatomy/" + std::string(file.name)))) << file.name;
    EXPECT_LT(file.text.size(), 512U * 1024) << file.name;
  }
}

TEST(ShippedAnatomy, SourceAndLicenceStandBesideIt) {
  test::expect_part(test::read_text(test::golden("../../data/anatomy/LICENSE")), "Apache License");
  const std::string text = test::read_text(test::golden("../../data/anatomy/README.md"));
  test::expect_part(text, "SynthSeg");
  for (const EmbeddedText& file : embedded_heads()) {
    test::expect_part(text, std::string(file.name));
  }
}

TEST(ShippedAnatomy, APatientsHeadDependsOnSeedAndNumber) {
  const auto white_ml = [](std::uint64_t seed, const Anatomy& anatomy) {
    StudySpec spec{.seed = seed, .voxel_mm = 8};
    spec.images.push_back({.modality = Modality::kT1, .target = brats_grid(8)});
    const Person person = make_person(spec, anatomy);
    double octants = 0;
    for (const Octants& voxel : person.octants.data) {
      octants += count_octants(voxel, [](Tissue tissue) { return tissue == Tissue::kWhiteMatter; });
    }
    return octants;
  };
  const Anatomy anatomy = Anatomy::shipped();
  EXPECT_EQ(white_ml(3, anatomy), white_ml(3, Anatomy::shipped()));
  Anatomy first = Anatomy::shipped();
  first.keep({1});
  Anatomy second = Anatomy::shipped();
  second.keep({2});
  EXPECT_NE(white_ml(3, first), white_ml(3, second));
}

TEST(ShippedAnatomy, ANumberThatThereIsNotIsRefused) {
  Anatomy anatomy = Anatomy::shipped();
  test::expect_part(test::message_of([&] { anatomy.keep({2, 7}); }), "--heads 7: expected numbers from 1 to 6");
  test::expect_part(test::message_of([&] { anatomy.keep({0}); }), "--heads 0");
}

} // namespace
} // namespace brainmvp::simulate
