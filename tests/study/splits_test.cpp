// Lists of patients for training, validation and test.
#include "study/splits.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/error.h"
#include "support/support.h"

namespace brainmvp::study {
namespace {

// `a` patients of class a, the first of each ten with three visits, and `b` of class b.
std::vector<FoldEntry> cohort(int a, int b) {
  std::vector<FoldEntry> entries;
  for (int i = 0; i < a + b; ++i) {
    for (int visit = 0; visit < (i % 10 == 0 ? 3 : 1); ++visit) {
      entries.push_back({.patient = "p" + std::to_string(i), .stratum = i < a ? "a" : "b"});
    }
  }
  return entries;
}

std::map<Split, std::set<std::string>> patients_of(const std::vector<FoldEntry>& entries, const std::vector<Split>& splits,
                                                   const std::string& stratum = "") {
  std::map<Split, std::set<std::string>> patients;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (stratum.empty() || entries[i].stratum == stratum) {
      patients[splits[i]].insert(entries[i].patient);
    }
  }
  return patients;
}

TEST(Splits, GiveEachListItsShareOfPatientsAndOfEachClass) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    const std::vector<FoldEntry> entries = cohort(60, 40);
    const auto splits = assign_splits(entries, {80, 10, 10}, seed);
    const auto all = patients_of(entries, splits);
    EXPECT_EQ(all.at(Split::kTraining).size(), 80U);
    EXPECT_EQ(all.at(Split::kValidation).size(), 10U);
    EXPECT_EQ(all.at(Split::kTest).size(), 10U);
    EXPECT_NEAR(static_cast<double>(patients_of(entries, splits, "a").at(Split::kTest).size()), 6, 1);
    EXPECT_NEAR(static_cast<double>(patients_of(entries, splits, "b").at(Split::kValidation).size()), 4, 1);
    EXPECT_NEAR(static_cast<double>(patients_of(entries, splits, "b").at(Split::kTraining).size()), 32, 1);
  }
}

TEST(Splits, NeverSplitAPatientAndDependNotOnTheOrder) {
  std::vector<FoldEntry> entries = cohort(23, 8);
  const auto splits = assign_splits(entries, {70, 15, 15}, 5);
  std::map<std::string, std::set<Split>> of_patient;
  std::map<std::string, Split> once;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    of_patient[entries[i].patient].insert(splits[i]);
    once[entries[i].patient] = splits[i];
  }
  EXPECT_TRUE(std::ranges::all_of(of_patient, [](const auto& one) { return one.second.size() == 1; }));
  std::ranges::reverse(entries);
  const auto reversed = assign_splits(entries, {70, 15, 15}, 5);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    EXPECT_EQ(reversed[i], once.at(entries[i].patient));
  }
  EXPECT_NE(assign_splits(entries, {70, 15, 15}, 6), reversed);
}

TEST(Splits, LeaveNoListEmpty) {
  const std::vector<FoldEntry> four{{.patient = "p"}, {.patient = "q"}, {.patient = "r"}, {.patient = "s"}};
  const auto all = patients_of(four, assign_splits(four, {80, 10, 10}, 0));
  EXPECT_EQ(all.at(Split::kTraining).size(), 2U);
  EXPECT_EQ(all.at(Split::kTest).size(), 1U);
  std::vector<FoldEntry> singles; // each a class of its own
  for (int i = 0; i < 20; ++i) {
    singles.push_back({.patient = "p" + std::to_string(i), .stratum = "c" + std::to_string(i)});
  }
  EXPECT_EQ(patients_of(singles, assign_splits(singles, {80, 10, 10}, 0)).at(Split::kTest).size(), 2U);
}

TEST(Splits, RefuseWhatCannotBe) {
  EXPECT_EQ(parse_shares("80/10/10"), (Shares{80, 10, 10}));
  for (const char* text : {"80/20", "80//20", "80/10/5", "100/0/0", "80/10/10/0", "80/10/ten", "", "-10/100/10", "80.5/10/9.5"}) {
    EXPECT_THROW(parse_shares(text), Error) << text;
  }
  const std::vector<FoldEntry> two{{.patient = "p"}, {.patient = "q"}, {.patient = "q"}};
  test::expect_part(test::message_of([&] { assign_splits(two, {80, 10, 10}, 0); }), "2 patients for three lists");
}

} // namespace
} // namespace brainmvp::study
