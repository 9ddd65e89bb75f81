#include "store/store.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/error.h"
#include "handmade_store.h"

namespace brainmvp {
namespace {
namespace fs = std::filesystem;

using test::HandmadeStudy;
using test::TemporaryFolder;

// The message of the Error that `work` throws, and its code.
template <class Work>
std::string refusal(Work work, ExitCode expected = ExitCode::kBadInput) {
  try {
    work();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), expected) << error.message();
    return error.message();
  }
  ADD_FAILURE() << "nothing was refused";
  return {};
}

TEST(Store, KnowsPatientsAndFolds) {
  const test::TemporaryFolder folder;
  const std::vector<std::string> ids{"BraTS-MEN-00004-000", "BraTS-MEN-00004-001", "case"};
  store::StoreRecord record;
  for (const std::string& id : ids) {
    test::write_handmade_study(folder.path(), {.id = id, .size = {2, 2, 2}, .modalities = {"t1"}});
    record.studies.push_back({.id = id});
  }
  store::write_store_record(record, folder.path());
  // Stores of earlier versions have neither field.
  std::string text = test::read_text(folder / "store.json");
  for (std::size_t at = text.find("\"patient\""); at != std::string::npos; at = text.find("\"patient\"")) {
    text.replace(at, 9, "\"unknown\"");
  }
  test::write_text(folder / "store.json", text);
  const store::Store old = store::Store::open(folder.path());
  EXPECT_EQ(old.studies()[0].patient(), "BraTS-MEN-00004");
  EXPECT_EQ(old.studies()[1].patient(), "BraTS-MEN-00004");
  EXPECT_EQ(old.studies()[2].patient(), "case");
  EXPECT_FALSE(old.studies()[0].fold().has_value());
  record.studies[2].patient = "someone";
  record.studies[2].fold = 4;
  store::write_store_record(record, folder.path());
  const store::Store present = store::Store::open(folder.path());
  EXPECT_EQ(present.studies()[2].patient(), "someone");
  EXPECT_EQ(present.studies()[2].fold(), 4);
  EXPECT_NE(present.fingerprint(), old.fingerprint()); // a fold is part of what a resumed run compares
}

TEST(Store, CropsAreTransposedScaledAndPadded) {
  const TemporaryFolder folder;
  test::write_handmade_store(folder.path(), {{.id = "a", .size = {37, 41, 70}, .modalities = {"t1", "t2"}, .label = true}});
  const store::Store opened = store::Store::open(folder.path());
  const store::StoredStudy& study = opened.studies().front();
  EXPECT_EQ(study.size(), (image::Size{37, 41, 70}));
  EXPECT_EQ(opened.table().labels.at(1).first, "lesion");
  const image::Size crop{40, 11, 80};
  for (const store::Start start : {store::Start{-2, 5, -3}, store::Start{10, 35, 33}, store::Start{-1, -10, 0}}) {
    std::vector<float> values(crop[0] * crop[1] * crop[2], -1);
    std::vector<std::uint8_t> label(values.size(), 77);
    study.copy_crop("t2", start, crop, store::Intensities::kUnclipped, values);
    study.copy_label_crop(start, crop, label);
    std::size_t at = 0;
    for (std::size_t i = 0; i < crop[0]; ++i) {
      for (std::size_t j = 0; j < crop[1]; ++j) {
        for (std::size_t k = 0; k < crop[2]; ++k, ++at) {
          const std::int64_t x = start[0] + static_cast<std::int64_t>(i);
          const std::int64_t y = start[1] + static_cast<std::int64_t>(j);
          const std::int64_t z = start[2] + static_cast<std::int64_t>(k);
          const bool inside = x >= 0 && y >= 0 && z >= 0 && x < 37 && y < 41 && z < 70;
          const auto stored = [&](std::size_t modality) {
            return inside ? test::handmade_value(modality, static_cast<std::size_t>(x), static_cast<std::size_t>(y),
                                                 static_cast<std::size_t>(z))
                          : std::int16_t{0};
          };
          ASSERT_NEAR(values[at], (stored(1) / 7) / 4681.0, 1e-7) << i << " " << j << " " << k;
          ASSERT_EQ(label[at], static_cast<std::uint8_t>(stored(2)));
        }
      }
    }
  }
}

TEST(Store, ReadersTakeValuesClippedOrBeyondThePercentiles) {
  const TemporaryFolder folder;
  test::write_handmade_study(folder.path(), {.id = "a", .size = {7, 1, 1}, .modalities = {"t1"}});
  test::write_text(folder / "a/t1.nii",
                   test::nifti_bytes<std::int16_t>({7, 1, 1}, {-32768, -4681, 0, 4681, 2 * 4681, 5 * 4681, 32767}));
  const store::StoredStudy study(folder / "a", test::study_named("a"));
  std::vector<float> values(7);
  study.copy_crop("t1", {0, 0, 0}, {7, 1, 1}, store::Intensities::kUnclipped, values);
  EXPECT_EQ(values, (std::vector<float>{-5, -1, 0, 1, 2, 5, 5}));
  study.copy_crop("t1", {0, 0, 0}, {7, 1, 1}, store::Intensities::kClipped, values);
  EXPECT_EQ(values, (std::vector<float>{0, 0, 0, 1, 1, 1, 1}));
}

TEST(Store, ACropBesideTheVolumeIsZero) {
  const TemporaryFolder folder;
  test::write_handmade_study(folder.path(), {.id = "a", .size = {4, 4, 4}, .modalities = {"t1"}});
  const store::StoredStudy study(folder / "a", test::study_named("a"));
  std::vector<float> values(8, 1);
  study.copy_crop("t1", {-2, 0, 0}, {2, 2, 2}, store::Intensities::kUnclipped, values);
  EXPECT_EQ(values, std::vector<float>(8, 0));
}

TEST(Store, DamagedFilesAreNamed) {
  const TemporaryFolder folder;
  const auto open = [&] { (void)store::Store::open(folder.path()); };
  const auto renew = [&] { test::write_handmade_store(folder.path(), {{.id = "a", .size = {5, 6, 7}, .modalities = {"t1"}}}); };
  renew();
  const std::string whole = test::read_text(folder / "a/t1.nii");

  test::write_text(folder / "a/t1.nii", whole.substr(0, whole.size() - 2));
  EXPECT_NE(refusal(open).find("a/t1.nii: 770 bytes where its header needs 772"), std::string::npos);
  test::write_text(folder / "a/t1.nii", whole.substr(0, 100));
  EXPECT_NE(refusal(open).find("t1.nii"), std::string::npos);
  test::write_text(folder / "a/t1.nii", "");
  EXPECT_NE(refusal(open).find("t1.nii"), std::string::npos);
  test::write_text(folder / "a/t1.nii", test::nifti_bytes<std::int16_t>({7, 6, 5}, std::vector<std::int16_t>(210)));
  EXPECT_NE(refusal(open).find("another size"), std::string::npos);
  test::write_text(folder / "a/t1.nii", test::nifti_bytes<std::uint8_t>({5, 6, 7}, std::vector<std::uint8_t>(210)));
  EXPECT_NE(refusal(open).find("type"), std::string::npos);
  fs::remove(folder / "a/t1.nii");
  EXPECT_NE(refusal(open).find("t1.nii"), std::string::npos);

  renew();
  test::write_text(folder / "a/study.json", "{\"format\": \"brainmvp-study\", ");
  EXPECT_NE(refusal(open).find("study.json: damaged"), std::string::npos);
}

TEST(Store, OtherVersionsAndOtherFilesAreRefused) {
  const TemporaryFolder folder;
  const auto open = [&] { (void)store::Store::open(folder.path()); };
  EXPECT_NE(refusal(open).find("store.json"), std::string::npos);
  test::write_handmade_store(folder.path(), {});
  EXPECT_NE(refusal(open, ExitCode::kNothingFound).find("no study"), std::string::npos);
  test::write_text(folder / "store.json", R"({"format": "brainmvp-store", "version": 99})");
  EXPECT_NE(refusal(open).find("a later version"), std::string::npos);
  test::write_text(folder / "store.json", R"({"format": "brainmvp-store", "version": 1})");
  EXPECT_NE(refusal(open).find("an earlier version, which clipped intensities; run `brainmvp prepare` again"), std::string::npos);
  test::write_text(folder / "store.json", R"({"format": "shop", "version": 1})");
  EXPECT_NE(refusal(open).find("not a file of a brainmvp store"), std::string::npos);
}

TEST(Store, AStudyPreparedWithOtherParametersIsRefused) {
  const TemporaryFolder folder;
  test::write_handmade_store(folder.path(), {{.id = "a", .size = {5, 6, 7}, .modalities = {"t1"}}});
  store::StudyRecord record = store::read_study_record(folder / "a");
  record.parameters.high_percentile = 99;
  store::write_study_record(record, folder / "a");
  EXPECT_NE(refusal([&] { (void)store::Store::open(folder.path()); }).find("other parameters"), std::string::npos);
}

TEST(Store, FingerprintFollowsContentsAndSplits) {
  const TemporaryFolder folder;
  HandmadeStudy a{.id = "a", .size = {5, 6, 7}, .modalities = {"t1"}};
  test::write_handmade_store(folder.path(), {a});
  const std::string first = store::Store::open(folder.path()).fingerprint();
  EXPECT_EQ(store::Store::open(folder.path()).fingerprint(), first);
  a.split = study::Split::kValidation;
  test::write_handmade_store(folder.path(), {a});
  const store::Store moved = store::Store::open(folder.path());
  EXPECT_NE(moved.fingerprint(), first);
  EXPECT_TRUE(moved.of_split(study::Split::kTraining).empty());
  EXPECT_EQ(moved.of_split(study::Split::kValidation), std::vector<std::size_t>{0});
  a.split = study::Split::kTraining;
  test::write_handmade_store(folder.path(), {a});
  store::StudyRecord record = store::read_study_record(folder / "a");
  record.files.front().hash = "changed";
  store::write_study_record(record, folder / "a");
  EXPECT_NE(store::Store::open(folder.path()).fingerprint(), first);
}

TEST(Records, ReadBackAsWritten) {
  const TemporaryFolder folder;
  store::StoreRecord record{.parameters = {.spacing_mm = 0.5, .low_percentile = 1, .high_percentile = 99.5, .z_scored = true},
                            .table = {.labels = {{"z", 0}, {"a", 4}}, .regions = {{"w", {1, 2, 4}}}, .classes = {"c", "b"}},
                            .studies = {{.id = "x", .split = study::Split::kTest, .class_name = "b", .dataset = "d"}}};
  store::write_store_record(record, folder.path());
  const store::StoreRecord read = store::read_store_record(folder.path());
  EXPECT_EQ(read.parameters, record.parameters);
  EXPECT_EQ(read.table.labels, record.table.labels);
  EXPECT_EQ(read.table.regions, record.table.regions);
  EXPECT_EQ(read.table.classes, record.table.classes);
  EXPECT_EQ(read.studies.front().split, study::Split::kTest);
  EXPECT_EQ(read.studies.front().class_name, "b");
  EXPECT_EQ(read.studies.front().dataset, "d");

  store::StudyRecord study;
  study.id = "x";
  study.listed = {"t1", "t2"};
  study.modalities = {"t2"};
  study.has_label = true;
  study.grid = {.size = {3, 4, 5}, .affine = {.matrix = {{{0, 1, 0}, {0.1, 0, 0}, {0, 0, -2}}}, .translation = {1.5, -2, 3}}};
  study.way_back = {.reference = "a/b.nii",
                    .native = study.grid,
                    .resampled = study.grid,
                    .first_crop = {{1, 2, 3}, {4, 5, 6}},
                    .second_crop = {{0, 0, 1}, {1, 1, 2}}};
  study.sources = {{.path = "a/b.nii", .bytes = 7, .modified_ns = -3, .hash = "h"}};
  study.distances = {{.modality = "t2", .distance_mm = 0.25, .interpolated = true}};
  study.warnings = {"t1: zero"};
  store::write_study_record(study, folder.path());
  const store::StudyRecord again = store::read_study_record(folder.path());
  EXPECT_EQ(again.listed, study.listed);
  EXPECT_EQ(again.grid.affine, study.grid.affine);
  EXPECT_EQ(again.way_back.first_crop, study.way_back.first_crop);
  EXPECT_EQ(again.way_back.second_crop, study.way_back.second_crop);
  EXPECT_EQ(again.way_back.reference, "a/b.nii");
  EXPECT_EQ(again.sources.front().modified_ns, -3);
  EXPECT_EQ(again.distances.front().distance_mm, 0.25);
  EXPECT_TRUE(again.has_label);
}

} // namespace
} // namespace brainmvp
