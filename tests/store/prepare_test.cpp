#include "store/prepare.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "base/error.h"
#include "base/text.h"
#include "io/image_file.h"
#include "store/drawn_images.h"
#include "store/store.h"
#include "store/verify.h"
#include "support/support.h"

namespace brainmvp {
namespace {
namespace fs = std::filesystem;

using store::prepare_study;
using store::PreparedStudy;
using test::diagonal;
using test::field;
using test::label_of;
using test::ramp;
using test::study_of;
using test::TemporaryFolder;

void expect_affine(const image::Affine& found, const image::Affine& expected, double tolerance) {
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t column = 0; column < 3; ++column) {
      EXPECT_NEAR(found.matrix[row][column], expected.matrix[row][column], tolerance);
    }
    EXPECT_NEAR(found.translation[row], expected.translation[row], tolerance);
  }
}

void expect_affine(const image::Affine& found, const nlohmann::json& expected) {
  image::Affine affine;
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t column = 0; column < 3; ++column) {
      affine.matrix[row][column] = expected[row][column];
    }
    affine.translation[row] = expected[row][3];
  }
  expect_affine(found, affine, 1e-6);
}

void expect_close(const std::vector<float>& found, const std::vector<float>& expected) {
  ASSERT_EQ(found.size(), expected.size());
  double largest = 0;
  double sum = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const double difference = std::abs(static_cast<double>(found[i]) - expected[i]);
    largest = std::max(largest, difference);
    sum += difference;
  }
  EXPECT_LE(largest, 1e-3);
  EXPECT_LE(sum / static_cast<double>(found.size()), 1e-4);
}

// What a store gives back is right to half a step of its numbers.
void expect_read(const store::StoredStudy& stored, const std::string& modality, store::Intensities intensities,
                 const image::Volume& expected) {
  const image::Size& size = expected.size;
  std::vector<float> values(expected.voxels());
  stored.copy_crop(modality, {0, 0, 0}, size, intensities, values);
  const auto [low, high] = store::bounds_of(intensities);
  for (std::size_t i = 0; i < size[0]; ++i) {
    for (std::size_t j = 0; j < size[1]; ++j) {
      for (std::size_t k = 0; k < size[2]; ++k) {
        ASSERT_NEAR(values[(i * size[1] + j) * size[2] + k], std::clamp(expected.data[expected.index(i, j, k)], low, high),
                    0.51 / store::kStoredOne);
      }
    }
  }
}

image::Size size_of(const nlohmann::json& stage) {
  const nlohmann::json& shape = stage["shape"]; // channels first
  return {shape[1], shape[2], shape[3]};
}

struct GoldenCase {
  std::string name;
  std::vector<std::string> files;
  std::vector<std::string> modalities;
};

class GoldenPreparation : public testing::TestWithParam<GoldenCase> {};

TEST_P(GoldenPreparation, MatchesMonai) {
  const auto& [name, files, modalities] = GetParam();
  const fs::path folder = test::golden("preprocess/" + name);
  const nlohmann::json stages = test::golden_json("preprocess/" + name + "/stages.json");
  const PreparedStudy found = prepare_study(study_of(folder, files, modalities), {});
  EXPECT_EQ(found.modalities, modalities);
  EXPECT_TRUE(std::ranges::all_of(found.warnings, [&name](const std::string& warning) {
    return name == "negative_values" && warning.find("background 0 lies between its other values") != std::string::npos;
  })) << join(found.warnings, "\n");
  EXPECT_EQ(found.way_back.native.size, size_of(stages["loaded"]));
  expect_affine(found.way_back.native.affine, stages["loaded"]["affine"]);
  EXPECT_EQ(found.way_back.resampled.size, size_of(stages["resampled"]));
  expect_affine(found.way_back.resampled.affine, stages["resampled"]["affine"]);
  EXPECT_EQ(found.way_back.first_crop.size(), size_of(stages["cropped"]));
  EXPECT_EQ(found.way_back.second_crop.size(), size_of(stages["recropped"]));

  const io::ImageFile expected = io::read_image(folder / "expected_unclipped_4d.nii.gz");
  const io::ImageFile expected_clipped = io::read_image(folder / "expected_final_4d.nii.gz");
  const TemporaryFolder store;
  store::write_prepared(found, study_of(folder, files, modalities), store / "a", folder);
  const store::StoredStudy stored(store / "a", study_of(folder, files, modalities));
  ASSERT_EQ(expected.channels.size(), found.volumes.size());
  for (std::size_t channel = 0; channel < found.volumes.size(); ++channel) {
    SCOPED_TRACE(modalities[channel]);
    EXPECT_EQ(found.volumes[channel].size, size_of(stages["recropped"]));
    expect_affine(found.volumes[channel].affine, stages["recropped"]["affine"]);
    expect_close(found.volumes[channel].data, expected.channels[channel].data);
    expect_read(stored, modalities[channel], store::Intensities::kUnclipped, expected.channels[channel]);
    expect_read(stored, modalities[channel], store::Intensities::kClipped, expected_clipped.channels[channel]);
  }
}

std::vector<std::string> brats_files() { return {"flair.nii.gz", "t1.nii.gz", "t1ce.nii.gz", "t2.nii.gz"}; }
std::vector<std::string> brats() { return {"flair", "t1", "t1c", "t2"}; }
INSTANTIATE_TEST_SUITE_P(Preprocess, GoldenPreparation,
                         testing::Values(GoldenCase{"las_anisotropic", brats_files(), brats()},
                                         GoldenCase{"oblique_isotropic", brats_files(), brats()},
                                         GoldenCase{"permuted_psl", brats_files(), brats()},
                                         GoldenCase{"negative_values",
                                                    {"ADC.nii.gz", "DWI.nii.gz", "FLAIR.nii.gz", "T1.nii.gz"},
                                                    {"adc", "dwi", "flair", "t1"}}),
                         [](const auto& golden) { return golden.param.name; });

std::string refusal(const study::Study& study) {
  try {
    (void)prepare_study(study, {});
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kBadInput);
    return error.message();
  }
  ADD_FAILURE() << "nothing was refused";
  return {};
}

TEST(Preparation, AnotherGridGoesThroughTheAffines) {
  const TemporaryFolder folder;
  // `b` has coarser voxels, other axes (LPS) and a larger field of view. A linear field survives linear interpolation.
  io::write_nifti(folder / "a.nii", field({20, 22, 24}, diagonal({1, 1, 1}, {-10, -9, -8}), ramp));
  io::write_nifti(folder / "b.nii", field({18, 18, 18}, diagonal({-2, -2, 2.5}, {17.3, 16.1, -14.2}), ramp));
  const image::Volume a = io::read_image(folder / "a.nii").channels.at(0);
  io::write_nifti(folder / "seg.nii", label_of(a, 1), {.type = io::StoredType::kUint8}); // makes a's grid the reference
  study::Study study = study_of(folder.path(), {"b.nii", "a.nii"}, {"t2", "t1"});
  study.label = folder / "seg.nii";
  const PreparedStudy found = prepare_study(study, {});
  EXPECT_EQ(found.way_back.reference, folder / "seg.nii");
  EXPECT_EQ(found.modalities, (std::vector<std::string>{"t2", "t1"}));
  ASSERT_EQ(found.volumes[0].size, found.volumes[1].size);
  for (std::size_t i = 0; i < found.volumes[0].data.size(); ++i) {
    ASSERT_NEAR(found.volumes[0].data[i], found.volumes[1].data[i], 1e-5);
  }
  // Faces of b: x -17.7 to 18.3, y -18.9 to 17.1, z -15.45 to 29.55; of a: x -10.5 to 9.5, y -9.5 to 12.5, z -8.5 to 15.5.
  EXPECT_NEAR(found.distances[0].distance_mm, std::hypot(18.3 - 9.5, 18.9 - 9.5, 29.55 - 15.5), 1e-4);
  EXPECT_TRUE(found.distances[0].interpolated);
  EXPECT_FALSE(found.distances[1].interpolated);
  ASSERT_EQ(found.warnings.size(), 1U);
  EXPECT_NE(found.warnings[0].find("t2: on another grid"), std::string::npos);
}

TEST(Preparation, GridsThatDifferByRoundingAreTheSame) {
  const TemporaryFolder folder;
  io::write_nifti(folder / "a.nii", field({20, 22, 24}, diagonal({1, 1, 1}, {-10, -9, -8}), ramp));
  io::write_nifti(folder / "b.nii", field({20, 22, 24}, diagonal({-1, 1, 1}, {9.004, -9, -8}), ramp));
  const PreparedStudy found = prepare_study(study_of(folder.path(), {"a.nii", "b.nii"}, {"t1", "t2"}), {});
  EXPECT_FALSE(found.distances[1].interpolated);
  EXPECT_TRUE(found.warnings.empty());
}

TEST(Preparation, OutsideAnotherGridIsZero) {
  const TemporaryFolder folder;
  io::write_nifti(folder / "a.nii", field({20, 20, 20}, diagonal({1, 1, 1}, {0, 0, 0}), ramp));
  io::write_nifti(folder / "b.nii", field({10, 20, 20}, diagonal({1, 1, 1}, {10, 0, 0}), ramp));
  io::write_nifti(folder / "c.nii", field({10, 20, 20}, diagonal({1, 1, 1}, {100, 0, 0}), ramp));
  const PreparedStudy found = prepare_study(study_of(folder.path(), {"a.nii", "b.nii", "c.nii"}, {"t1", "t2", "pd"}), {});
  EXPECT_EQ(found.modalities, (std::vector<std::string>{"t1", "t2"}));
  EXPECT_NE(found.warnings.back().find("pd: lies outside the grid"), std::string::npos);
  const image::Volume& t2 = found.volumes[1];
  EXPECT_EQ(t2.data[t2.index(5, 10, 10)], 0);
  EXPECT_GT(t2.data[t2.index(15, 10, 10)], 0.5);
}

TEST(Preparation, TheLabelsGridIsTheReferenceAndItsValuesStay) {
  const TemporaryFolder folder;
  const image::Volume fine = field({24, 26, 28}, diagonal({0.5, 0.5, 0.5}, {0, 0, 0}), ramp);
  const image::Volume coarse = field({10, 11, 12}, diagonal({2, 2, 2}, {-3, -4, -5}), ramp);
  io::write_nifti(folder / "t1.nii", fine);
  io::write_nifti(folder / "t2.nii", coarse);
  io::write_nifti(folder / "seg.nii", label_of(coarse, 201), {.type = io::StoredType::kInt32});
  study::Study study = study_of(folder.path(), {"t1.nii", "t2.nii"}, {"t1", "t2"});
  study.label = folder / "seg.nii";
  const PreparedStudy found = prepare_study(study, {});
  EXPECT_EQ(found.way_back.reference, folder / "seg.nii");
  EXPECT_EQ(found.way_back.resampled.size, (image::Size{19, 21, 23}));
  ASSERT_TRUE(found.label.has_value());
  EXPECT_EQ(found.label->size, found.volumes.front().size);
  // Voxel (5, 6, 7) of 2 mm lies at (10, 12, 14) of 1 mm; ties go one way, so the mark is 2 voxels wide.
  EXPECT_EQ(std::ranges::count(found.label->data, 201), 8);
  EXPECT_EQ(found.label->data[found.label->index(10, 12, 14)], 201);
  EXPECT_EQ(std::ranges::count(found.label->data, 0), static_cast<std::ptrdiff_t>(found.label->data.size()) - 8);

  io::write_nifti(folder / "seg.nii", label_of(coarse, 502), {.type = io::StoredType::kInt32});
  const std::string message = refusal(study);
  EXPECT_NE(message.find("502"), std::string::npos) << message;
  EXPECT_NE(message.find("renumber"), std::string::npos) << message;
}

TEST(Preparation, ImagesInMemoryGiveWhatTheirFilesGive) {
  const TemporaryFolder folder;
  const image::Volume fine = field({24, 26, 28}, diagonal({0.7, 0.8, 0.9}, {0.1, 0.2, 0.3}), ramp);
  const image::Volume coarse = field({10, 11, 12}, diagonal({-2.1, 2.2, 1.9}, {17.3, -4, -5}), ramp);
  const image::LabelVolume label = label_of(fine, 3);
  io::write_nifti(folder / "t1.nii", fine);
  io::write_nifti(folder / "t2.nii", coarse);
  io::write_nifti(folder / "seg.nii", label, {.type = io::StoredType::kInt32});
  study::Study files = study_of(folder.path(), {"t1.nii", "t2.nii"}, {"t1", "t2"});
  files.label = folder / "seg.nii";
  const auto held = [](const std::string& name, const auto& volume, io::Element element) {
    return io::ImageInMemory{.name = name,
                             .size = volume.size,
                             .affine = volume.affine,
                             .element = element,
                             .voxels = std::as_bytes(std::span(volume.data))};
  };
  const PreparedStudy expected = prepare_study(files, {});
  const PreparedStudy found =
      prepare_study(store::StudyImages{.images = {folder / "t1.nii", held("t2", coarse, io::Element::kFloat32)},
                                       .modalities = {"t1", "t2"},
                                       .label = held("label", label, io::Element::kInt32)},
                    {});
  EXPECT_EQ(found.way_back.reference, "label");
  ASSERT_EQ(found.volumes.size(), 2U);
  EXPECT_EQ(found.volumes[0].data, expected.volumes[0].data);
  EXPECT_EQ(found.volumes[1].data, expected.volumes[1].data);
  EXPECT_EQ(found.volumes[1].affine, expected.volumes[1].affine);
  EXPECT_EQ(found.label->data, expected.label->data);
}

TEST(Preparation, MarksOutsideTheForegroundAreReported) {
  const TemporaryFolder folder;
  const image::Volume head = field({20, 20, 20}, diagonal({1, 1, 1}, {0, 0, 0}), [](const image::Vector& mm) {
    return std::ranges::all_of(mm, [](double x) { return x > 7 && x < 13; }) ? 10 + mm[0] : 0;
  });
  io::write_nifti(folder / "t1.nii", head);
  io::write_nifti(folder / "seg.nii", label_of(head, 1), {.type = io::StoredType::kUint8});
  study::Study study = study_of(folder.path(), {"t1.nii"}, {"t1"});
  study.label = folder / "seg.nii";
  const PreparedStudy found = prepare_study(study, {});
  EXPECT_EQ(found.way_back.first_crop, (image::Box{{7, 7, 7}, {13, 13, 13}}));
  ASSERT_EQ(found.warnings.size(), 1U);
  EXPECT_NE(found.warnings[0].find("1 of 1 marked voxels"), std::string::npos) << found.warnings[0];
}

TEST(Preparation, ZeroAndConstantChannels) {
  const TemporaryFolder folder;
  const image::Affine affine = diagonal({1, 1, 1}, {0, 0, 0});
  const auto constant = [&](double value) { return field({12, 12, 12}, affine, [=](const image::Vector&) { return value; }); };
  io::write_nifti(folder / "ramp.nii", field({12, 12, 12}, affine, ramp));
  io::write_nifti(folder / "zero.nii", constant(0));
  io::write_nifti(folder / "seven.nii", constant(7));
  io::write_nifti(folder / "negative.nii", constant(-7));
  const PreparedStudy found =
      prepare_study(study_of(folder.path(), {"zero.nii", "ramp.nii", "seven.nii"}, {"t1", "t2", "pd"}), {});
  EXPECT_EQ(found.modalities, (std::vector<std::string>{"t2", "pd"}));
  EXPECT_EQ(std::ranges::count(found.volumes[1].data, 0.0F), static_cast<std::ptrdiff_t>(found.volumes[1].data.size()));
  const std::string warnings = join(found.warnings, "\n");
  EXPECT_NE(warnings.find("t1: zero everywhere; counts as missing"), std::string::npos) << warnings;
  EXPECT_NE(warnings.find("pd: constant between its percentiles 5 and 95"), std::string::npos) << warnings;
  EXPECT_NE(refusal(study_of(folder.path(), {"zero.nii"}, {"t1"})).find("no usable modality"), std::string::npos);
  EXPECT_NE(refusal(study_of(folder.path(), {"negative.nii"}, {"t1"})).find("no voxel above 0"), std::string::npos);
  EXPECT_NE(refusal(study_of(folder.path(), {"seven.nii"}, {"t1"})).find("no voxel above 0"), std::string::npos);
}

TEST(Preparation, NamedChannelsOfA4dFile) {
  const fs::path folder = test::golden("preprocess/las_anisotropic");
  const PreparedStudy found = prepare_study(study_of(folder, {"expected_final_4d.nii.gz"}, brats()), {});
  EXPECT_EQ(found.modalities, brats());
  const std::string message = refusal(study_of(folder, {"expected_final_4d.nii.gz"}, {"t1"}));
  EXPECT_NE(message.find("4 channels where the studies file names 1"), std::string::npos) << message;
  EXPECT_NE(refusal(study_of(folder, {"t1.nii.gz", "t2.nii.gz"}, {"t1", "t1"})).find("listed twice"), std::string::npos);
  EXPECT_NE(refusal(study_of(folder, {"none.nii.gz"}, {"t1"})).find("none.nii.gz"), std::string::npos);
}

TEST(Preparation, ThreadsDoNotChangeTheResult) {
  for (const std::string name : {"las_anisotropic", "oblique_isotropic", "permuted_psl"}) {
    const study::Study study = study_of(test::golden("preprocess/" + name), brats_files(), brats());
    const PreparedStudy one = prepare_study(study, {}, 1);
    const PreparedStudy many = prepare_study(study, {}, 7);
    ASSERT_EQ(one.modalities, many.modalities);
    EXPECT_EQ(one.warnings, many.warnings);
    EXPECT_EQ(one.way_back.first_crop, many.way_back.first_crop);
    EXPECT_EQ(one.way_back.second_crop, many.way_back.second_crop);
    for (std::size_t i = 0; i < one.volumes.size(); ++i) {
      EXPECT_EQ(one.volumes[i].data, many.volumes[i].data) << name << " " << i;
    }
  }
}

TEST(Preparation, WhatIsWrittenReadsBack) {
  const TemporaryFolder folder;
  const fs::path golden = test::golden("preprocess/oblique_isotropic");
  study::Study study = study_of(golden, brats_files(), brats());
  const PreparedStudy prepared = prepare_study(study, {});
  store::write_prepared(prepared, study, folder / "a", golden.parent_path());
  const store::StoredStudy stored(folder / "a", study);
  expect_affine(stored.affine(), prepared.volumes.front().affine, 0);
  const image::Size size = stored.size();
  std::vector<float> values(prepared.volumes[2].voxels());
  stored.copy_crop("t1c", {0, 0, 0}, size, store::Intensities::kUnclipped, values);
  for (std::size_t i = 0; i < size[0]; ++i) {
    for (std::size_t j = 0; j < size[1]; ++j) {
      for (std::size_t k = 0; k < size[2]; ++k) {
        const float expected = prepared.volumes[2].data[prepared.volumes[2].index(i, j, k)];
        ASSERT_NEAR(values[(i * size[1] + j) * size[2] + k], expected, 0.501 / store::kStoredOne);
      }
    }
  }
  EXPECT_TRUE(store::changed_files(store::read_study_record(folder / "a"), folder / "a").empty());
  std::string bytes = test::read_text(folder / "a/t2.nii");
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  test::write_text(folder / "a/t2.nii", bytes);
  EXPECT_EQ(store::changed_files(store::read_study_record(folder / "a"), folder / "a"), std::vector<std::string>{"t2.nii"});
  const nlohmann::json record = nlohmann::json::parse(test::read_text(folder / "a/study.json"));
  EXPECT_EQ(record["sources"][0]["path"], "oblique_isotropic/flair.nii.gz");
  EXPECT_EQ(record["way_back"]["native"]["size"], (nlohmann::json{26, 28, 22}));
}

} // namespace
} // namespace brainmvp
