// Which patients a task trains on, chooses with and is tested on.
#include "benchmark/studies.h"

#include "benchmark/scores.h"

#include <set>

#include "support/support.h"

namespace brainmvp::benchmark {
namespace {
namespace fs = std::filesystem;
using nlohmann::json;

json study_of(const std::string& id, const std::string& name = "") {
  json study{{"id", id}, {"image", {id + ".nii"}}, {"class", name}};
  return study;
}

std::set<std::string> ids(const json& list) {
  std::set<std::string> found;
  for (const json& study : list) {
    found.insert(study["id"]);
  }
  return found;
}

json list_at(const fs::path& file) { return json::parse(test::read_text(file)); }

TEST(Studies, CohortsAreNestedAndDoNotShareNames) {
  const test::TemporaryFolder folder;
  for (const char* cohort : {"training", "validation", "test"}) {
    json list{{"classes", {"no", "yes"}}};
    for (int i = 0; i < 4; ++i) {
      list["training"].push_back(study_of("p" + std::to_string(i)));
    }
    test::write_text(folder / (std::string(cohort) + ".json"), list.dump());
  }
  deal_cohorts(folder.path(), {.name = "x", .kind = Kind::kClassify, .source = {}, .labelled = {2, 4}});
  const json two = list_at(folder / "labelled-2.json");
  EXPECT_EQ(ids(two["training"]), (std::set<std::string>{"p0", "p1"}));
  EXPECT_EQ(ids(list_at(folder / "labelled-4.json")["training"]), (std::set<std::string>{"p0", "p1", "p2", "p3"}));
  EXPECT_TRUE(ids(two["validation"]).contains("validation-p0"));
  EXPECT_FALSE(two.contains("test"));
  const json test = list_at(folder / "studies.json");
  EXPECT_EQ(test["test"].size(), 4U);
  EXPECT_EQ(test["classes"], two["classes"]);
  EXPECT_FALSE(test.contains("training"));
}

TEST(Studies, PatientsOfARealSetAreInOneListOnlyAndClassesTakeTurns) {
  const test::TemporaryFolder folder;
  json list{{"classes", {"no", "yes"}}};
  for (int i = 0; i < 24; ++i) {
    json study = study_of("s" + std::to_string(i), i < 8 ? "yes" : "no");
    study["patient"] = "p" + std::to_string(i / 2); // two studies a patient
    list[i % 2 == 0 ? "training" : "test"].push_back(study);
  }
  list["training"].push_back({{"id", "unlabelled"}, {"image", {"u.nii"}}});
  test::write_text(folder / "all.json", list.dump());
  const Task task{.name = "x", .kind = Kind::kClassify, .source = {}, .labelled = {2, 4}, .validation = 2, .test = 4};
  deal_patients(folder.path(), task, 1);
  std::multiset<std::string> patients;
  const auto add = [&](const json& studies) {
    std::set<std::string> own;
    std::set<std::string> classes;
    for (const json& study : studies) {
      own.insert(study["patient"]);
      classes.insert(study["class"]);
    }
    EXPECT_EQ(studies.size(), 2 * own.size());
    EXPECT_EQ(classes.size(), 2U);
    patients.insert(own.begin(), own.end());
    return own;
  };
  EXPECT_EQ(add(list_at(folder / "studies.json")["test"]).size(), 4U);
  EXPECT_EQ(add(list_at(folder / "labelled-4.json")["validation"]).size(), 2U);
  const auto four = add(list_at(folder / "labelled-4.json")["training"]);
  EXPECT_EQ(four.size(), 4U);
  EXPECT_EQ(patients.size(), std::set<std::string>(patients.begin(), patients.end()).size());
  for (const json& study : list_at(folder / "labelled-2.json")["training"]) {
    EXPECT_TRUE(four.contains(study["patient"]));
  }
  Task large = task;
  large.labelled = {2, 8};
  test::expect_part(test::message_of([&] { deal_patients(folder.path(), large, 1); }),
                    "task.x: wants 14 patients (test, validation and most labelled), and the data set has 12 with a label");
}

TEST(Studies, VisitsOfAPatientWhomOnlyIdsTellAreInOneList) {
  const test::TemporaryFolder folder;
  json list;
  for (const std::string id :
       {"sub-01_ses-1", "sub-01_ses-2", "sub-02_ses-1", "sub-02_ses-2", "BraTS-MEN-00003-000", "BraTS-MEN-00003-001"}) {
    list["training"].push_back({{"id", id}, {"image", {"x.nii"}}, {"label", "y.nii"}});
  }
  test::write_text(folder / "all.json", list.dump());
  deal_patients(folder.path(), {.name = "x", .kind = Kind::kSegment, .source = {}, .labelled = {1}, .validation = 1, .test = 1},
                1);
  std::set<std::string> patients;
  for (const auto& [file, split] :
       {std::pair{"studies.json", "test"}, {"labelled-1.json", "validation"}, {"labelled-1.json", "training"}}) {
    EXPECT_EQ(list_at(folder / file)[split].size(), 2U) << split;
    for (const auto& [study, patient] : patients_in(folder / file)) {
      patients.insert(patient);
    }
  }
  EXPECT_EQ(patients, (std::set<std::string>{"sub-01", "sub-02", "BraTS-MEN-00003"}));
}

TEST(Studies, APatientCountsOnceHoweverManyStudiesThereAre) {
  const TestScores cases{.metric = "dice",
                         .patients = {{.name = "a1", .score = 0.2, .hd95_mm = 1},
                                      {.name = "b1", .score = 0.5, .hd95_mm = 2},
                                      {.name = "a2", .score = 0.4, .hd95_mm = 4}}};
  const TestScores scores = by_patient(cases, {{"a1", "a"}, {"a2", "a"}, {"b1", "b"}});
  ASSERT_EQ(scores.patients.size(), 2U);
  EXPECT_EQ(scores.patients[0].name, "a");
  EXPECT_NEAR(scores.patients[0].score, 0.3, 1e-12);
  EXPECT_NEAR(scores.patients[0].hd95_mm.value(), 2.5, 1e-12);
  EXPECT_NEAR(scores.patients[1].score, 0.5, 1e-12);
}

} // namespace
} // namespace brainmvp::benchmark
