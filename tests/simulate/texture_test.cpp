// Inside tissues and at their borders: neither flat nor speckled.
#include "simulate/texture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <vector>

#include "simulate/cohort_layout.h"

namespace brainmvp::simulate {
namespace {

constexpr int kDeep = 2; // voxels inside white matter

struct Block {
  image::Volume t1, t2, flair;
  image::LabelVolume white;
};

// The middle of a brain above the ventricles, from three-dimensional sequences at 3 T, as the real heads have.
Block make_block(std::uint64_t seed) {
  TargetGrid target;
  target.grid.size = {76, 76, 44};
  target.grid.affine.translation = {-38, -48, 6};
  StudySpec spec{.seed = seed, .volumetric = true};
  for (const Modality modality : {Modality::kT1, Modality::kT2, Modality::kFlair}) {
    spec.images.push_back({.modality = modality, .target = target});
  }
  spec.labels = {{.label_of = [](Tissue tissue) { return tissue == Tissue::kWhiteMatter ? 1 : 0; }, .target = target}};
  static const Anatomy anatomy = Anatomy::shipped();
  Block block;
  simulate_study(spec, anatomy,
                 {.image =
                      [&](std::size_t n, const image::Volume& volume, const io::WriteOptions&) {
                        (n == 0 ? block.t1 : n == 1 ? block.t2 : block.flair) = volume;
                      },
                  .label = [&](std::size_t, const image::LabelVolume& map) { block.white = map; }});
  return block;
}

const Block& white_matter_block(std::uint64_t seed) {
  static std::map<std::uint64_t, Block> made;
  const auto found = made.find(seed);
  return found != made.end() ? found->second : made.emplace(seed, make_block(seed)).first->second;
}

double middle(std::vector<double> values) {
  std::ranges::nth_element(values, values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2));
  return values[values.size() / 2];
}

// Steps from a voxel to those of the cube that reaches `reach` voxels from it.
std::vector<std::ptrdiff_t> cube(const image::Size& size, int reach) {
  std::vector<std::ptrdiff_t> steps;
  const auto row = static_cast<std::ptrdiff_t>(size[0]);
  const auto slice = static_cast<std::ptrdiff_t>(size[0] * size[1]);
  for (int k = -reach; k <= reach; ++k) {
    for (int j = -reach; j <= reach; ++j) {
      for (int i = -reach; i <= reach; ++i) {
        steps.push_back(i + row * j + slice * k);
      }
    }
  }
  return steps;
}

// Voxels of white matter with white matter around them, not at the block's edge.
std::vector<std::ptrdiff_t> deep_voxels(const image::LabelVolume& white) {
  const std::vector<std::ptrdiff_t> around = cube(white.size, kDeep);
  const std::int32_t* data = white.data.data();
  std::vector<std::ptrdiff_t> deep;
  for (std::size_t k = kDeep; k + kDeep < white.size[2]; ++k) {
    for (std::size_t j = kDeep; j + kDeep < white.size[1]; ++j) {
      for (std::size_t i = kDeep; i + kDeep < white.size[0]; ++i) {
        const auto n = static_cast<std::ptrdiff_t>(white.index(i, j, k));
        if (std::ranges::all_of(around, [&](std::ptrdiff_t step) { return data[n + step] != 0; })) {
          deep.push_back(n);
        }
      }
    }
  }
  return deep;
}

// Mean and standard deviation of the image at some steps from a voxel.
struct Spread {
  double mean, deviation;
};
Spread spread_around(const image::Volume& image, std::ptrdiff_t voxel, const std::vector<std::ptrdiff_t>& steps) {
  const float* centre = image.data.data() + voxel;
  double sum = 0;
  double square = 0;
  for (const std::ptrdiff_t step : steps) {
    const auto value = static_cast<double>(centre[step]);
    sum += value;
    square += value * value;
  }
  const auto count = static_cast<double>(steps.size());
  return {.mean = sum / count, .deviation = std::sqrt(std::max(0.0, square / count - sum * sum / (count * count)))};
}

// The median deviation in 3 x 3 x 3 voxels, relative to the median signal.
double local_deviation(const image::Volume& image, const std::vector<std::ptrdiff_t>& voxels) {
  const std::vector<std::ptrdiff_t> steps = cube(image.size, 1);
  std::vector<double> signals;
  std::vector<double> deviations;
  for (const std::ptrdiff_t n : voxels) {
    signals.push_back(static_cast<double>(image.data[static_cast<std::size_t>(n)]));
    deviations.push_back(spread_around(image, n, steps).deviation);
  }
  return middle(deviations) / middle(signals);
}

// Of what is above or below the mean of 5 x 5 x 5 voxels.
double correlation(const image::Volume& a, const image::Volume& b, const std::vector<std::ptrdiff_t>& voxels) {
  const std::vector<std::ptrdiff_t> steps = cube(a.size, kDeep);
  double aa = 0;
  double bb = 0;
  double ab = 0;
  for (const std::ptrdiff_t n : voxels) {
    const double x = static_cast<double>(a.data[static_cast<std::size_t>(n)]) - spread_around(a, n, steps).mean;
    const double y = static_cast<double>(b.data[static_cast<std::size_t>(n)]) - spread_around(b, n, steps).mean;
    aa += x * x;
    bb += y * y;
    ab += x * y;
  }
  return ab / std::sqrt(aa * bb);
}

// Three real heads (Lesjak 2017, 3 T, 1 mm), white matter at least 2 voxels deep: 0.022 to 0.035 in T1, 0.046 to 0.078 in T2,
// 0.042 to 0.065 in FLAIR (docs/background/simulation.md).
TEST(Texture, WhiteMatterVariesFromVoxelToVoxelAsInRealHeads) {
  std::array<double, 3> mean{};
  constexpr int kHeads = 2;
  for (std::uint64_t seed = 0; seed < kHeads; ++seed) {
    const Block& block = white_matter_block(seed);
    const std::vector<std::ptrdiff_t> deep = deep_voxels(block.white);
    ASSERT_GT(deep.size(), 2000U);
    mean[0] += local_deviation(block.t1, deep) / kHeads;
    mean[1] += local_deviation(block.t2, deep) / kHeads;
    mean[2] += local_deviation(block.flair, deep) / kHeads;
  }
  EXPECT_GT(mean[0], 0.022);
  EXPECT_LT(mean[0], 0.035);
  EXPECT_GT(mean[1], 0.046);
  EXPECT_LT(mean[1], 0.078);
  EXPECT_GT(mean[2], 0.042);
  EXPECT_LT(mean[2], 0.065);
}

// In these heads T1 correlates with T2 and FLAIR by -0.2 to -0.5, T2 with FLAIR by 0.4 to 0.7.
TEST(Texture, ModalitiesShareItInPart) {
  const Block& block = white_matter_block(1);
  const std::vector<std::ptrdiff_t> deep = deep_voxels(block.white);
  EXPECT_LT(correlation(block.t1, block.t2, deep), -0.1);
  EXPECT_GT(correlation(block.t1, block.t2, deep), -0.6);
  EXPECT_GT(correlation(block.t2, block.flair, deep), 0.2);
  EXPECT_LT(correlation(block.t2, block.flair, deep), 0.8);
}

TEST(Texture, WaterDarkensT1AndBrightensT2AndIronDarkensBoth) {
  const TissueTable tissues = standard_tissues(FieldStrength::k3T);
  const std::size_t white = index_of(Tissue::kWhiteMatter);
  const auto signals = [&](const Sequence& sequence, Modality modality) {
    return tissue_signals({.modality = modality, .sequence = sequence}, tissues);
  };
  const TissueSignals t1 =
      signals(Mprage{.tr_ms = 2300, .ti_ms = 900, .spacing_ms = 7, .te_ms = 3, .flip_deg = 9, .pulses = 176}, Modality::kT1);
  const TissueSignals t2 = signals(SpinEcho{.tr_ms = 6000, .te_ms = 100}, Modality::kT2);
  EXPECT_LT(t1.per_water[white], -0.02F);
  EXPECT_GT(t2.per_water[white], 0.02F);
  // T2 longer by 4.4 %: TE/T2 times as much.
  EXPECT_NEAR(t2.per_iron[white], 0.044 * 100 / 72, 0.003);
  EXPECT_NEAR(t1.per_iron[white], 0, 0.004);
  EXPECT_EQ(t2.per_water[index_of(Tissue::kAir)], 0);
}

Person half_cortex() {
  Person person{
      .octants = {.size = {24, 8, 8}, .affine = {}, .data = {}}, .tissues = standard_tissues(FieldStrength::k3T), .head = ""};
  for (std::size_t n = 0; n < person.octants.voxels(); ++n) {
    Octants octants;
    octants.fill(static_cast<std::uint8_t>(n % 24 < 12 ? Tissue::kWhiteMatter : Tissue::kCortex));
    person.octants.data.push_back(octants);
  }
  return person;
}

TEST(BorderShading, WhiteMatterGreysTowardsCortexAndCortexWhitens) {
  const Person person = half_cortex();
  const image::Volume shading = border_shading(person);
  const auto at = [&](std::size_t i) { return static_cast<double>(shading.data[shading.index(i, 4, 4)]); };
  EXPECT_GT(at(11), 0.08);
  EXPECT_GT(at(11), at(10));
  EXPECT_GT(at(10), at(8));
  EXPECT_LT(at(12), -0.08);
  EXPECT_NEAR(at(11), -at(12), 0.02);
  EXPECT_NEAR(at(2), 0, 1e-6);
  EXPECT_NEAR(at(21), 0, 1e-6);
}

TEST(BorderShading, LeavesFluidAndWhatItBordersOn) {
  Person person = half_cortex();
  for (Octants& octants : person.octants.data) {
    if (octants[0] == static_cast<std::uint8_t>(Tissue::kWhiteMatter)) {
      octants.fill(static_cast<std::uint8_t>(Tissue::kCsf));
    }
  }
  for (const float value : border_shading(person).data) {
    EXPECT_NEAR(value, 0, 1e-6);
  }
}

} // namespace
} // namespace brainmvp::simulate
