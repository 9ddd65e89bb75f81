#include "register/align.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "base/error.h"
#include "base/random.h"
#include "io/image_file.h"
#include "register/bias.h"
#include "register/head_points.h"
#include "register/heads.h"
#include "register/pyramid.h"
#include "support/support.h"

namespace brainmvp::registration {
namespace {

using simulate::Modality;

constexpr double kVoxelMm = 4;

const std::vector<image::Volume>& head() {
  static const std::vector<image::Volume> images = test::simulated_head({Modality::kT1, Modality::kT2}, kVoxelMm);
  return images;
}

double error_mm(const Alignment& found, const Rigid& truth) {
  return mean_distance_mm(found.to_moving.affine(), truth.affine(), head_points(head()[0], Region::kHead, 2000, 1));
}

TEST(Align, FindsAKnownMotionWithinAFractionOfAVoxel) {
  const Rigid truth = test::known_motion(6, {5, -7, 4});
  const Alignment found = align(head()[0], test::moved(head()[1], truth), {});
  EXPECT_LT(error_mm(found, truth), kVoxelMm / 3);
  EXPECT_GT(found.information_after, found.information_before);
  EXPECT_GT(found.displacement_mm, 5);
  EXPECT_FALSE(verdict_of(found).doubtful) << verdict_of(found).text;
}

TEST(Align, FindsHeadsWhoseFieldsOfViewDoNotMeet) {
  const Rigid truth = test::known_motion(15, {400, -300, 500});
  const Alignment found = align(head()[0], test::moved(head()[1], truth), {});
  EXPECT_EQ(found.information_before, 0);
  EXPECT_LT(error_mm(found, truth), kVoxelMm / 3);
  EXPECT_TRUE(verdict_of(found).doubtful); // the headers disagree
}

TEST(Align, LeavesWhatIsAligned) {
  const Alignment found = align(head()[0], head()[1], {});
  EXPECT_LT(found.displacement_mm, kVoxelMm / 3);
  EXPECT_GE(found.information_after, found.information_before);
}

TEST(Align, GivesTheSameToTheBit) {
  const image::Volume moving = test::moved(head()[1], test::known_motion(3, {2, 1, 0}));
  EXPECT_EQ(align(head()[0], moving, {.seed = 1}).to_moving, align(head()[0], moving, {.seed = 1}).to_moving);
}

TEST(Align, SaysPlainlyWhatItDid) {
  Alignment found{.to_moving = {},
                  .information_before = 0.2,
                  .information_after = 0.3,
                  .overlap = 1,
                  .displacement_mm = 3.14,
                  .repeat_mm = 0.1};
  EXPECT_EQ(verdict_of(found).text, "moved by 3.1 mm");
  found.displacement_mm = 0.2;
  EXPECT_EQ(verdict_of(found).text, "was aligned within 0.2 mm");
  found.overlap = 0.5;
  EXPECT_TRUE(verdict_of(found).doubtful);
  EXPECT_NE(verdict_of(found).text.find("only 50% of the head"), std::string::npos);
}

TEST(Align, DoubtsNoise) {
  image::Volume noise = head()[1];
  RandomStream stream({1});
  std::ranges::generate(noise.data, [&] { return static_cast<float>(stream.uniform()); });
  EXPECT_TRUE(verdict_of(align(head()[0], noise, {})).doubtful);
}

TEST(Align, RefusesConstantAndFlatImages) {
  const auto refusal = [](const image::Volume& moving) {
    try {
      align(head()[0], moving, {});
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kBadInput);
      return error.message();
    }
    return std::string("accepted");
  };
  image::Volume constant = head()[1];
  std::ranges::fill(constant.data, 7.0F);
  EXPECT_NE(refusal(constant).find("same value"), std::string::npos);
  EXPECT_NE(refusal({.size = {20, 20, 1}, .affine = {}, .data = std::vector<float>(400)}).find("fewer than 4"),
            std::string::npos);
}

TEST(Align, PointsInsideLieInTheHead) {
  const image::Affine to_index = head()[0].affine.inverse();
  const image::Vector middle = centre_of_mass(head()[0]);
  for (const image::Vector& point : head_points(head()[0], Region::kInside, 500, 4)) {
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const double index = to_index.apply(point)[axis];
      EXPECT_TRUE(index >= 0 && index <= static_cast<double>(head()[0].size[axis]) - 1);
      EXPECT_LT(std::abs(point[axis] - middle[axis]), 110);
    }
  }
}

TEST(Align, ShrunkIsTheMeanOfBlocksAtTheirCentre) {
  const image::Volume row{.size = {5, 1, 1}, .affine = {}, .data = {1, 3, 5, 7, 9}};
  const image::Volume shrunk_row = shrunk(row, 2);
  EXPECT_EQ(shrunk_row.data, (std::vector<float>{2, 6, 9})); // the last block has one voxel
  EXPECT_EQ(shrunk_row.affine.translation[0], 0.5);
  EXPECT_EQ(shrunk_row.affine.matrix[0][0], 2);
}

// Published transforms are ITK's: LPS, from points of FLAIR to those of the other image.
image::Affine published(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::vector<double> numbers;
  for (std::string word; file >> word;) {
    std::istringstream text(word);
    double number = 0;
    if (text >> number && text.eof()) {
      numbers.push_back(number);
    }
  }
  numbers.erase(numbers.begin()); // of "Transform 0"
  constexpr std::array<double, 3> kSign{-1, -1, 1};
  image::Affine out;
  for (std::size_t row = 0; row < 3; ++row) {
    out.translation[row] = numbers.at(9 + row) + numbers.at(12 + row);
    for (std::size_t column = 0; column < 3; ++column) {
      out.matrix[row][column] = kSign[row] * kSign[column] * numbers[3 * row + column];
      out.translation[row] -= numbers[3 * row + column] * numbers.at(12 + column);
    }
    out.translation[row] *= kSign[row];
  }
  return out;
}

TEST(AlignRealHead, AgreesWithThePublishedTransforms) {
  if (test::test_data().empty()) {
    GTEST_SKIP() << test::kNoTestData;
  }
  const std::filesystem::path folder = test::test_data() / "openms_raw/patient12";
  const image::Volume flair = io::read_image(folder / "study1_FLAIR.nii.gz").channels.front();
  const std::vector<image::Vector> brain = head_points(flair, Region::kInside, 5000, 9);
  struct Case {
    std::string name;
    double nothing_mm;
    double limit_mm;
  };
  for (const Case& one : {Case{"T1W", 2.8, 1.0}, Case{"T2W", 0.35, 0.4}}) {
    const image::Volume moving = io::read_image(folder / ("study1_" + one.name + ".nii.gz")).channels.front();
    const image::Affine truth = published(folder / ("study1_" + one.name + "_intrastudy_to_FLAIR.txt"));
    EXPECT_GT(mean_distance_mm(truth, {}, brain), one.nothing_mm) << one.name; // what doing nothing would give
    const Alignment found = align(flair, moving, {});
    EXPECT_LT(mean_distance_mm(found.to_moving.affine(), truth, brain), one.limit_mm) << one.name;
    EXPECT_FALSE(verdict_of(found).doubtful) << verdict_of(found).text;
  }
}

TEST(BiasCorrection, EvensOutASlope) {
  image::Volume slope = shrunk(head()[0], 2 * kVoxelMm); // N4 is slow
  for (std::size_t at = 0; at < slope.data.size(); ++at) {
    slope.data[at] *= 0.5F + 1.0F * static_cast<float>(at % slope.size[0]) / static_cast<float>(slope.size[0]);
  }
  // How much brighter the right half of the brain's middle is than the left.
  const auto tilt = [](const image::Volume& volume) {
    double left = 0;
    double right = 0;
    for (std::size_t k = volume.size[2] / 2; k < volume.size[2] * 3 / 4; ++k) {
      for (std::size_t j = volume.size[1] / 3; j < volume.size[1] * 2 / 3; ++j) {
        for (std::size_t i = 0; i < volume.size[0] / 2; ++i) {
          left += static_cast<double>(volume.data[volume.index(i, j, k)]);
          right += static_cast<double>(volume.data[volume.index(volume.size[0] - 1 - i, j, k)]);
        }
      }
    }
    return right / left;
  };
  const double before = tilt(slope);
  EXPECT_GT(before, 1.3);
  const image::Volume even = bias_corrected(slope);
  EXPECT_LT(tilt(even), 1 + (before - 1) / 2);
  EXPECT_EQ(even.data, bias_corrected(slope).data);
}

} // namespace
} // namespace brainmvp::registration
