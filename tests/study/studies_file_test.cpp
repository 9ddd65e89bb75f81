#include "study/studies_file.h"

#include "base/error.h"
#include "base/text.h"
#include "study/label_scheme.h"
#include "study/list_refusal.h"
#include "study/study_id.h"
#include "support/support.h"

namespace brainmvp {
namespace {

using study::Split;
using study::StudiesFile;
using study::Study;

StudiesFile read(const test::TemporaryFolder& folder, const std::string& text) {
  test::write_text(folder / "list.json", text);
  return study::read_studies_file(folder / "list.json");
}

#define EXPECT_REFUSED(text, part) EXPECT_TRUE(test::contains(test::list_refusal(text), part)) << test::list_refusal(text)

TEST(StudiesFile, ReadsTheListOfThePublicCode) {
  const test::TemporaryFolder folder;
  const StudiesFile file = read(folder, R"({"training": [
    {"image": ["a/BraTS-GLI-00001-000-t2f.nii.gz", "a/BraTS-GLI-00001-000-t1n.nii.gz"], "label": "a/BraTS-GLI-00001-000-seg.nii.gz"},
    {"image": ["p7/FLAIR.nii.gz", "p7/T1.nii.gz"], "fold": 3}], "validation": [{"image": "p8/T2.nii.gz", "label": 1}],
    "testing": ["p9/T1POST.nii.gz"]})");
  ASSERT_EQ(file.studies.size(), 4U);
  const Study& first = file.studies[0];
  EXPECT_EQ(first.id, "BraTS-GLI-00001-000");
  EXPECT_EQ(first.modalities, (std::vector<std::string>{"flair", "t1"})); // by name, never by position
  EXPECT_EQ(first.images[1], std::filesystem::canonical(folder.path()) / "a/BraTS-GLI-00001-000-t1n.nii.gz");
  EXPECT_EQ(first.label->filename(), "BraTS-GLI-00001-000-seg.nii.gz");
  EXPECT_EQ(file.studies[1].id, "p7");
  EXPECT_EQ(file.studies[1].fold, 3);
  EXPECT_EQ(file.studies[2].split, Split::kValidation);
  EXPECT_EQ(file.studies[2].class_name, "1");
  EXPECT_FALSE(file.studies[2].label);
  EXPECT_EQ(file.studies[3].split, Split::kTest);
  EXPECT_EQ(file.studies[3].modalities, std::vector<std::string>{"t1c"});
}

TEST(StudiesFile, ReadsTheDecathlonsDatasetJson) {
  const test::TemporaryFolder folder;
  const StudiesFile file = read(folder, R"({"name": "BRATS", "modality": {"0": "FLAIR", "1": "T1w", "2": "t1gd", "3": "T2w"},
    "labels": {"0": "background", "1": "edema", "2": "non-enhancing tumor", "3": "enhancing tumour"},
    "training": [{"image": "./imagesTr/BRATS_001.nii.gz", "label": "./labelsTr/BRATS_001.nii.gz"}], "test": ["./imagesTs/BRATS_485.nii.gz"]})");
  ASSERT_EQ(file.studies.size(), 2U);
  EXPECT_EQ(file.studies[0].id, "BRATS_001");
  EXPECT_EQ(file.studies[0].modalities, (std::vector<std::string>{"flair", "t1", "t1c", "t2"}));
  EXPECT_EQ(file.studies[0].images.size(), 1U);
  EXPECT_EQ(file.studies[1].id, "BRATS_485");
  EXPECT_EQ(file.table.labels[2], (std::pair<std::string, int>{"non-enhancing tumor", 2}));
}

TEST(StudiesFile, ReadsLabelsRegionsAndClasses) {
  const test::TemporaryFolder folder;
  const StudiesFile file = read(folder, R"({"labels": {"background": 0, "whole": [1, 2, 3], "core": [2, 3], "edema": 1},
    "regions": {"enhancing": 3}, "classes": ["CN", "MCI"],
    "training": [{"image": "a_t1.nii", "label": 1}, {"image": "b_t1.nii", "class": "CN"}, {"image": "c_t1.nii", "label": [0, 1]}]})");
  EXPECT_EQ(file.table.labels, (std::vector<std::pair<std::string, int>>{{"background", 0}}));
  EXPECT_EQ(file.table.regions, (std::vector<std::pair<std::string, std::vector<int>>>{
                                    {"whole", {1, 2, 3}}, {"core", {2, 3}}, {"edema", {1}}, {"enhancing", {3}}}));
  EXPECT_EQ(file.studies[0].class_name, "MCI");
  EXPECT_EQ(file.studies[1].class_name, "CN");
  EXPECT_EQ(file.studies[2].class_name, "MCI");
}

// nnU-Net's dataset.json: one list among the labels makes all of them regions, and the label "ignore" is none.
TEST(StudiesFile, TakesNnunetsRegionsTheirOrderAndWhatToIgnore) {
  const test::TemporaryFolder folder;
  const std::string table = R"("labels": {"background": 0, "whole tumor": [1, 2, 3], "tumor core": [1, 3],
    "enhancing tumor": 3, "ignore": 4}, "regions_class_order": [2, 1, 3], "training": [{"image": "a_t1.nii"}])";
  const StudiesFile file = read(folder, "{" + table + "}");
  const auto check = [](const study::LabelTable& read_table) {
    EXPECT_EQ(read_table.labels, (std::vector<std::pair<std::string, int>>{{"background", 0}}));
    EXPECT_EQ(read_table.regions, (std::vector<std::pair<std::string, std::vector<int>>>{
                                      {"whole tumor", {1, 2, 3}}, {"tumor core", {1, 3}}, {"enhancing tumor", {3}}}));
    EXPECT_EQ(read_table.region_order, (std::vector<int>{2, 1, 3}));
    EXPECT_EQ(read_table.ignore, 4);
  };
  check(file.table);
  study::write_studies_file(folder / "again.json", file);
  check(study::read_studies_file(folder / "again.json").table);
}

TEST(StudiesFile, ExclusiveLabelsCanHaveVoxelsToIgnore) {
  const test::TemporaryFolder folder;
  const std::string entries = R"(, "training": [{"image": "a_t1.nii"}]})";
  for (const char* labels :
       {R"({"background": 0, "lesion": 1, "ignore": 2})", R"({"0": "background", "1": "lesion", "2": "Ignore"})",
        R"({"background": [0], "lesion": 1, "ignore": 2})"}) {
    const study::LabelTable table = read(folder, std::string(R"({"labels": )") + labels + entries).table;
    EXPECT_EQ(table.labels, (std::vector<std::pair<std::string, int>>{{"background", 0}, {"lesion", 1}})) << labels;
    EXPECT_TRUE(table.regions.empty()) << labels;
    EXPECT_EQ(table.ignore, 2) << labels;
  }
  for (const char* wrong : {R"({"labels": {"background": 0, "all": [1, 2], "ignore": 2})",
                            R"({"labels": {"background": 0, "a": 1, "ignore": [2, 3]})", R"({"labels": {"ignore": 0, "a": 1})",
                            R"({"labels": {"all": [1, 2], "a": 1}, "regions_class_order": [1])",
                            R"({"labels": {"all": [1, 2], "a": 1}, "regions_class_order": [1, 2])"}) {
    EXPECT_THROW(read(folder, wrong + entries), Error) << wrong;
  }
}

TEST(UnrelatedValues, AreThoseThatNoLabelMapJoins) {
  EXPECT_EQ(study::unrelated_values({{"p0", {0, 1}}, {"p1", {0, 1}}, {"p2", {0, 255}}, {"p3", {0}}}),
            "the values 1 (p0, p1) and 255 (p2) never stand in one label map");
  EXPECT_EQ(study::unrelated_values({{"a", {0, 1, 2, 4}}, {"b", {0, 85, 170}}}),
            "the values 1 2 4 (a) and 85 170 (b) never stand in one label map");
  EXPECT_EQ(study::unrelated_values({{"a", {0, 1}}, {"b", {0, 2}}, {"c", {0, 1, 2}}}), "");
  EXPECT_EQ(study::unrelated_values({{"a", {0, 255}}, {"b", {0}}}), "");
  EXPECT_EQ(study::unrelated_values({{"a", {0, 1, 2}}, {"b", {0, 1, 255}}}),
            "the values 2 (a) and 255 (b) never stand in one label map");
  EXPECT_EQ(study::unrelated_values({{"a", {0, 1, 2}}, {"b", {0, 1, 255}}, {"c", {0, 1, 2, 255}}}), "");
  EXPECT_EQ(study::unrelated_values({{"a", {0, 1}}, {"b", {0, 1, 255}}}), "");
}

TEST(StudiesFile, RoundTrips) {
  const test::TemporaryFolder folder;
  const std::filesystem::path root = std::filesystem::canonical(folder.path());
  const StudiesFile file{
      .studies = {{.id = "Pätient 01 (copy)",
                   .images = {root / "d/Pätient 01 (copy)/T1 图像.nii.gz", root / "d/x_mtr.nii"},
                   .modalities = {"t1", "mtr"}, // not in the compiled-in table
                   .label = root / "d/seg.nii.gz",
                   .class_name = "HGG",
                   .dataset = "some set",
                   .fold = 4},
                  {.id = "b", .split = Split::kValidation, .images = {root / "b.nii"}, .modalities = {"t1", "t2"}},
                  {.id = "c", .split = Split::kTest, .images = {"/elsewhere/c_t1.nii"}, .modalities = {"t1"}}},
      .table = {.labels = {{"background", 0}, {"z", 1}, {"a", 2}}, .regions = {{"WT", {1, 2}}}, .classes = {"HGG", "LGG"}}};
  std::filesystem::create_directories(folder / "out");
  study::write_studies_file(folder / "out/s.json", file);
  const StudiesFile back = study::read_studies_file(folder / "out/s.json");
  ASSERT_EQ(back.studies.size(), file.studies.size());
  for (std::size_t i = 0; i < file.studies.size(); ++i) {
    EXPECT_EQ(back.studies[i].id, file.studies[i].id);
    EXPECT_EQ(back.studies[i].split, file.studies[i].split);
    EXPECT_EQ(back.studies[i].images, file.studies[i].images);
    EXPECT_EQ(back.studies[i].modalities, file.studies[i].modalities);
    EXPECT_EQ(back.studies[i].label, file.studies[i].label);
    EXPECT_EQ(back.studies[i].class_name, file.studies[i].class_name);
    EXPECT_EQ(back.studies[i].dataset, file.studies[i].dataset);
    EXPECT_EQ(back.studies[i].fold, file.studies[i].fold);
  }
  EXPECT_EQ(back.table.labels, file.table.labels);
  EXPECT_EQ(back.table.regions, file.table.regions);
  EXPECT_EQ(back.table.classes, file.table.classes);
  const auto json = nlohmann::json::parse(test::read_text(folder / "out/s.json"));
  EXPECT_EQ(json["training"][0]["image"][1], "../d/x_mtr.nii");
  EXPECT_EQ(json["validation"][0]["image"], "../b.nii");
}

TEST(StudiesFile, MakesIdsUniqueAndSafe) {
  const test::TemporaryFolder folder;
  const StudiesFile file = read(folder, R"({"training": [{"image": "siteA/p1/T1.nii"}, {"image": "siteB/p1/T1.nii"},
    {"image": "q/x_t1.nii"}, {"image": "q/x_t1.nii.gz"}, {"image": "r/T1.nii", "id": "x"}]})");
  EXPECT_EQ(file.studies[0].id, "siteA_p1");
  EXPECT_EQ(file.studies[1].id, "siteB_p1");
  EXPECT_NE(file.studies[2].id, file.studies[3].id);
  EXPECT_EQ(file.studies[4].id, "x"); // given ids stay
  EXPECT_EQ(study::safe_id("../a/b\n"), "_a_b_");
  EXPECT_EQ(study::safe_id(".."), "study");
  EXPECT_EQ(study::safe_id("store.json"), "store.json_");
  EXPECT_LE(study::safe_id(std::string(199, 'a') + "ääää").size(), 200U);
  EXPECT_TRUE(is_utf8(study::safe_id(std::string(199, 'a') + "ääää")));
  EXPECT_FALSE(is_utf8("\xE4"));
}

TEST(StudiesFile, RefusalsNameTheEntryAndTheField) {
  EXPECT_REFUSED(R"({"training": [{"image": "a_t1.nii"}, {"label": "x"}]})", "training[1]: field 'image': is missing");
  EXPECT_REFUSED(R"({"training": [{"image": []}]})", "empty list");
  EXPECT_REFUSED(R"({"training": [{"image": 3}]})", "expected a text, found a number");
  EXPECT_REFUSED(R"({"training": [3]})", "training[0]: expected an object");
  EXPECT_REFUSED(R"({"training": {"a": 1}})", "field 'training': expected a list, found an object");
  EXPECT_REFUSED(R"({"studies": []})", "'training', 'validation' or 'test'");
  EXPECT_REFUSED(R"({"test": [{"image": "a_ct.nii"}]})", "does not end in a modality's name");
  EXPECT_REFUSED(R"({"test": [{"image": "a.nii", "modality": "ct"}]})", "'ct' is no known modality");
  EXPECT_REFUSED(R"({"test": [{"image": ["a_t1.nii", "b_t1.nii"]}]})", "stands there twice");
  EXPECT_REFUSED(R"({"test": [{"image": ["a_t1.nii", "b_t2.nii"], "modality": ["t1"]}]})", "1 names for 2 images");
  EXPECT_REFUSED(R"({"test": [{"image": "t1.nii", "id": "../up"}]})", "field 'id': '../up' cannot name a folder");
  EXPECT_REFUSED(R"({"test": [{"image": "t1.nii", "id": "store.json"}]})", "'store.json' cannot name a folder of a store");
  EXPECT_REFUSED(R"({"test": [{"image": "t1.nii", "id": "a"}, {"image": "t2.nii", "id": "a"}]})", "'a' names two studies");
  EXPECT_REFUSED(R"({"test": [{"image": "t1.nii", "label": [1, 1]}]})", "one-hot");
  EXPECT_REFUSED(R"({"test": [{"image": "t1.nii", "label": -1}]})", "field 'label'");
  EXPECT_REFUSED(R"({"classes": ["A"], "test": [{"image": "t1.nii", "class": 1}]})", "class 1 of 1 declared");
  EXPECT_REFUSED(R"({"classes": ["A"], "test": [{"image": "t1.nii", "class": "B"}]})", "'B' is not one of the declared");
  EXPECT_REFUSED(R"({"test": [{"image": "t1.nii", "fold": "x"}]})", "field 'fold'");
  EXPECT_REFUSED(R"({"labels": {"a": 1, "b": 1}, "test": []})", "repeats a name or a value");
  EXPECT_REFUSED(R"({"labels": {"a": -1}, "test": []})", "whole number from 0 up");
  EXPECT_REFUSED(R"({"labels": {"a": []}, "test": []})", "at least one value");
  EXPECT_REFUSED("[1, 2]", "expected an object");
  EXPECT_REFUSED("{\"training\": [", "not valid JSON");
  EXPECT_REFUSED("\xff\xfe", "is UTF-16, where UTF-8 is expected");
  EXPECT_REFUSED("{\"training\": " + std::string(100, '[') + std::string(100, ']') + "}", "deeper than 32");
  EXPECT_REFUSED(std::string(1000000, '['), "deeper than 32");
  EXPECT_THROW(study::read_studies_file("/no/such/list.json"), Error);
}

TEST(StudiesFile, RefusesToWriteNamesThatJsonCannotHold) {
  const test::TemporaryFolder folder;
  StudiesFile file{.studies = {{.id = "a", .images = {folder / "b\xE4_t1.nii"}, .modalities = {"t1"}}}};
  EXPECT_THROW(study::write_studies_file(folder / "s.json", file), Error);
  EXPECT_FALSE(std::filesystem::exists(folder / "s.json"));
}

} // namespace
} // namespace brainmvp
