// Label maps of real heads: what they lack and what they must not bring along.
#include "simulate/anatomy_repair.h"

#include <algorithm>
#include <map>
#include <set>

#include "image/orientation.h"
#include "simulate/brain_mask.h"
#include "simulate/cohort_layout.h"
#include "simulate/make_person.h"
#include "support/support.h"

namespace brainmvp::simulate {
namespace {
namespace fs = std::filesystem;

constexpr std::size_t kStride = 3; // voxels of the real map that become one, so that the tests are quick
constexpr double kCoarse = 8;      // mm of the simulated voxels

// A real map in which the named labels are one value, written as a coarse one. `block` fills a cube inside white matter.
void write_real_map(const fs::path& file, const std::function<int(int)>& changed, const std::vector<int>& block) {
  const image::LabelVolume real = image::to_ras(io::read_label(test::test_data() / "anatomy/training_seg_01.nii.gz").volume);
  image::LabelVolume map{.size = {}, .affine = real.affine, .data = {}};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    map.size[axis] = real.size[axis] / kStride;
    map.affine.matrix[axis][axis] *= kStride;
  }
  for (std::size_t k = 0; k < map.size[2]; ++k) {
    for (std::size_t j = 0; j < map.size[1]; ++j) {
      for (std::size_t i = 0; i < map.size[0]; ++i) {
        map.data.push_back(changed(real.data[real.index(i * kStride, j * kStride, k * kStride)]));
      }
    }
  }
  // A row of white matter with white matter around it holds one voxel of each label of the block.
  const image::LabelVolume before = map;
  std::size_t next = 0;
  for (std::size_t n = map.size[0] * map.size[1] + map.size[0] + 1; n < map.data.size() && next < block.size(); ++n) {
    const std::array<std::size_t, 6> around{
        n - 1, n + 1, n - map.size[0], n + map.size[0], n - map.size[0] * map.size[1], n + map.size[0] * map.size[1]};
    if (before.data[n] == 2 && around.back() < map.data.size() &&
        std::ranges::all_of(around, [&](std::size_t at) { return before.data[at] == 2; })) {
      map.data[n] = block[next++];
    }
  }
  ASSERT_EQ(next, block.size());
  io::write_nifti(file, map, {.type = io::StoredType::kInt16});
}

const std::vector<int> kOwnLesions{25, 57, 77, 78, 79, 80, 81, 82, 86, 87, 88, 99};

int without_lesions(int label) { return std::ranges::find(kOwnLesions, label) != kOwnLesions.end() ? 2 : label; }

// Label maps of the first study of a layout.
std::vector<image::LabelVolume> masks_of(const CohortLayout& layout, Pathology pathology, const Anatomy& anatomy) {
  StudySpec spec = layout.plan({.voxel_mm = kCoarse, .pathologies = {pathology}}).spec;
  spec.images.resize(1);
  std::vector<image::LabelVolume> masks;
  simulate_study(spec, anatomy,
                 {.image = [](std::size_t, const image::Volume&, const io::WriteOptions&) {},
                  .label = [&](std::size_t, const image::LabelVolume& mask) { masks.push_back(mask); }});
  return masks;
}

class RealAnatomy : public ::testing::Test {
protected:
  void SetUp() override {
    if (test::test_data().empty()) {
      GTEST_SKIP() << test::kNoTestData;
    }
  }
  // An anatomy of one map.
  Anatomy anatomy(const std::string& name, const std::function<int(int)>& changed, const std::vector<int>& block = {}) {
    fs::create_directories(folder_ / name);
    write_real_map(folder_ / name / "head.nii.gz", changed, block);
    return {folder_ / name, 1, 1};
  }
  test::TemporaryFolder folder_;
};

TEST_F(RealAnatomy, ItsOwnLesionsAreInNoMaskOfAnyLayout) {
  const Anatomy ill = anatomy(
      "ill", [](int label) { return label; }, kOwnLesions);
  for (const CohortLayout& layout : cohort_layouts()) {
    const bool tissues = layout.name == "mrbrains13"; // its maps hold tissues besides lesions (value 4 of the first map)
    const std::vector<image::LabelVolume> masks = masks_of(layout, Pathology::kNone, ill);
    for (std::size_t n = 0; n < (tissues ? 1 : masks.size()); ++n) {
      const std::set<std::int32_t> values(masks[n].data.begin(), masks[n].data.end());
      EXPECT_FALSE(tissues ? values.contains(4) : values.size() > 1) << layout.name;
    }
  }
}

TEST_F(RealAnatomy, OwnLesionsLeaveNoTraceInHeadsAndMasks) {
  const auto healed = without_lesions;
  const Anatomy ill = anatomy("ill", healed, kOwnLesions);
  const Anatomy healthy = anatomy("healthy", healed);
  EXPECT_EQ(ill.head(0).data, healthy.head(0).data); // all that a patient is made from
  const CohortLayout& strokes = cohort_layout("isles22");
  const auto masks = masks_of(strokes, Pathology::kStroke, ill);
  ASSERT_EQ(masks.size(), 1U);
  EXPECT_EQ(masks[0].data, masks_of(strokes, Pathology::kStroke, healthy)[0].data);
}

TEST_F(RealAnatomy, WithoutFluidOrScalpTheCortexIsKept) {
  const Anatomy bare = anatomy("bare", [](int label) { return label >= 500 || label == 24 ? 0 : label; });
  StudySpec spec = cohort_layout("bids").plan({.voxel_mm = kCoarse, .pathologies = {Pathology::kNone}}).spec;
  const Person person = make_person(spec, bare);
  const image::LabelVolume mask = brain_mask(person.octants, 3);
  std::map<bool, int> cortex; // by whether it is kept
  for (std::size_t n = 0; n < mask.data.size(); ++n) {
    cortex[mask.data[n] != 0] += count_octants(person.octants.data[n], [](Tissue tissue) { return tissue == Tissue::kCortex; });
  }
  EXPECT_LT(cortex[false], 0.02 * (cortex[true] + cortex[false]));
  const auto fluid = std::ranges::count(bare.head(0).data, static_cast<std::uint8_t>(Tissue::kCsf));
  EXPECT_GT(fluid, 1000);
}

TEST(AnatomyRepair, ALesionBecomesWhatIsAroundIt) {
  TissueVolume head = empty_head({.low_mm = {0, 0, 0}, .high_mm = {8, 8, 8}}, 1);
  std::ranges::fill(head.data, static_cast<std::uint8_t>(Tissue::kThalamus));
  paint(head, {.low_mm = {2, 2, 2}, .high_mm = {6, 6, 6}}, [](const Vector&, Tissue) { return Tissue::kWhiteMatterLesion; });
  heal_lesions(head);
  EXPECT_EQ(std::ranges::count(head.data, static_cast<std::uint8_t>(Tissue::kThalamus)), 729);
  std::ranges::fill(head.data, static_cast<std::uint8_t>(Tissue::kNecrosis)); // nothing healthy at all
  heal_lesions(head);
  EXPECT_EQ(std::ranges::count(head.data, static_cast<std::uint8_t>(Tissue::kWhiteMatter)), 729);
}

TEST(BrainMask, FillsWhatIsEnclosedAndPeelsFluidOnly) {
  OctantVolume person{.size = {15, 15, 15}, .affine = {}, .data = {}};
  for (std::size_t n = 0; n < person.voxels(); ++n) {
    std::size_t out = 0; // distance from the middle, of a cube
    for (const std::size_t index : {n % 15, n / 15 % 15, n / 225}) {
      out = std::max(out, index > 7 ? index - 7 : 7 - index);
    }
    const Tissue tissue = out < 2 ? Tissue::kBone : out < 5 ? Tissue::kCortex : out < 6 ? Tissue::kCsf : Tissue::kAir;
    Octants octants;
    octants.fill(static_cast<std::uint8_t>(tissue));
    person.data.push_back(octants);
  }
  const auto kept = [&](int peel) { return std::ranges::count(brain_mask(person, peel).data, 1); };
  EXPECT_EQ(kept(0), 11 * 11 * 11);
  EXPECT_EQ(kept(1), 9 * 9 * 9);
  EXPECT_EQ(kept(3), 9 * 9 * 9); // the cortex stays, and the bone inside it
}

} // namespace
} // namespace brainmvp::simulate
