// Whole studies on small heads: contrasts, lesions, masks.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "simulate/cohort_layout.h"

namespace brainmvp::simulate {
namespace {

enum Class { kNothing, kWhite, kGrey, kFluid, kAnyLesion, kOther };

int class_of(Tissue tissue) {
  if (tissue == Tissue::kWhiteMatter) {
    return kWhite;
  }
  if (tissue == Tissue::kCortex) {
    return kGrey;
  }
  if (tissue == Tissue::kVentricle) {
    return kFluid;
  }
  return is_lesion(tissue) ? kAnyLesion : tissue == Tissue::kAir ? kNothing : kOther;
}

struct Study {
  std::map<Modality, std::array<double, 6>> medians;
  std::array<std::size_t, 6> counts{};
  std::array<std::size_t, 6> values_of_label{};
  StudyRecord record;
  std::vector<image::Volume> images;
};

StudySpec small_spec(Pathology pathology, double voxel_mm = 5) {
  StudySpec spec{.seed = 5, .number = 0, .pathology = pathology, .voxel_mm = voxel_mm};
  const TargetGrid grid = brats_grid(voxel_mm);
  for (const Modality modality :
       {Modality::kT1, Modality::kT1c, Modality::kT2, Modality::kFlair, Modality::kDwi, Modality::kAdc, Modality::kPd}) {
    spec.images.push_back({.modality = modality, .target = grid});
  }
  spec.labels = {{.label_of = class_of, .target = grid}, {.label_of = brats2021_label, .target = grid}};
  return spec;
}

Study simulate(const StudySpec& spec) {
  Study study;
  std::vector<image::LabelVolume> labels;
  const StudySink sink{
      .image = [&](std::size_t, const image::Volume& volume, const io::WriteOptions&) { study.images.push_back(volume); },
      .label = [&](std::size_t, const image::LabelVolume& volume) { labels.push_back(volume); }};
  study.record = simulate_study(spec, Anatomy(), sink);
  for (std::size_t n = 0; n < study.images.size(); ++n) {
    std::array<std::vector<float>, 6> values;
    for (std::size_t v = 0; v < labels[0].data.size(); ++v) {
      values[static_cast<std::size_t>(labels[0].data[v])].push_back(study.images[n].data[v]);
    }
    for (std::size_t c = 0; c < 6; ++c) {
      std::ranges::sort(values[c]);
      study.counts[c] = values[c].size();
      study.medians[spec.images[n].modality][c] = values[c].empty() ? 0 : static_cast<double>(values[c][values[c].size() / 2]);
    }
  }
  for (const std::int32_t value : labels[1].data) {
    ++study.values_of_label[static_cast<std::size_t>(value)];
  }
  return study;
}

TEST(SimulatedStudy, TissuesHaveTheOrderOfEachModality) {
  const Study study = simulate(small_spec(Pathology::kHighGradeGlioma, 3));
  const auto& m = study.medians;
  EXPECT_LT(m.at(Modality::kT1)[kFluid], m.at(Modality::kT1)[kGrey]);
  EXPECT_LT(m.at(Modality::kT1)[kGrey], m.at(Modality::kT1)[kWhite]);
  EXPECT_GT(m.at(Modality::kT2)[kFluid], 2 * m.at(Modality::kT2)[kWhite]);
  EXPECT_GT(m.at(Modality::kT2)[kGrey], m.at(Modality::kT2)[kWhite]);
  EXPECT_LT(m.at(Modality::kFlair)[kFluid], 0.6 * m.at(Modality::kFlair)[kWhite]);
  EXPECT_GT(m.at(Modality::kFlair)[kAnyLesion], m.at(Modality::kFlair)[kWhite]);
  EXPECT_LT(m.at(Modality::kDwi)[kFluid], m.at(Modality::kDwi)[kWhite]);
  EXPECT_NEAR(m.at(Modality::kAdc)[kWhite], 780, 100); // 1e-6 mm2/s
  EXPECT_GT(m.at(Modality::kAdc)[kFluid], 1800);
}

TEST(SimulatedStudy, AHighGradeGliomaHasItsThreeParts) {
  const Study study = simulate(small_spec(Pathology::kHighGradeGlioma));
  for (const std::size_t value : {1U, 2U, 4U}) {
    EXPECT_GT(study.values_of_label[value], 5U) << value;
  }
  EXPECT_EQ(study.values_of_label[3], 0U);
  const double labelled_ml =
      0.125 * static_cast<double>(study.values_of_label[1] + study.values_of_label[2] + study.values_of_label[4]);
  EXPECT_NEAR(study.record.lesion_ml, labelled_ml, 0.25 * labelled_ml);
}

TEST(SimulatedStudy, EveryPathologyShowsAndNoneIsNone) {
  for (std::size_t n = 0; n < static_cast<std::size_t>(Pathology::kCount); ++n) {
    const auto pathology = static_cast<Pathology>(n);
    StudySpec spec = small_spec(pathology);
    spec.images.resize(1);
    const StudyRecord record = simulate(spec).record;
    EXPECT_EQ(record.lesion_ml > 0.02, pathology != Pathology::kNone) << name_of(pathology) << " " << record.lesion_ml;
  }
}

TEST(SimulatedStudy, AtrophyWidensVentriclesAndShrinksHippocampi) {
  std::array<double, 2> ventricles{};
  for (const std::size_t severe : {0U, 1U}) {
    StudySpec spec = small_spec(Pathology::kNone);
    spec.images.resize(1);
    spec.atrophy = static_cast<double>(severe);
    ventricles[severe] = static_cast<double>(simulate(spec).counts[kFluid]);
  }
  EXPECT_GT(ventricles[1], 1.3 * ventricles[0]);
}

TEST(SimulatedStudy, DependsOnSeedAndNumberOnly) {
  StudySpec spec = small_spec(Pathology::kStroke);
  spec.images.resize(2);
  const Study first = simulate(spec);
  EXPECT_EQ(first.images[1].data, simulate(spec).images[1].data);
  spec.images.erase(spec.images.begin()); // another image less changes nothing
  EXPECT_EQ(first.images[1].data, simulate(spec).images[0].data);
  spec.number = 1;
  EXPECT_NE(first.images[1].data, simulate(spec).images[0].data);
}

TEST(SimulatedStudy, StrippingLeavesNoScalp) {
  StudySpec spec = small_spec(Pathology::kNone);
  spec.images.resize(1);
  spec.stripped = false;
  const Study whole = simulate(spec);
  spec.stripped = true;
  const Study brain = simulate(spec);
  EXPECT_EQ(std::ranges::count(whole.images[0].data, 0.0F), 0); // noise in the air
  EXPECT_GT(std::ranges::count(brain.images[0].data, 0.0F), static_cast<std::ptrdiff_t>(brain.images[0].data.size() * 6 / 10));
}

} // namespace
} // namespace brainmvp::simulate
