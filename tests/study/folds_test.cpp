#include "study/folds.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/error.h"
#include "support/support.h"

namespace brainmvp {
namespace {

using study::FoldEntry;

// 40 patients of class a and 23 of class b, the first ten with three visits.
std::vector<FoldEntry> cohort() {
  std::vector<FoldEntry> entries;
  for (int i = 0; i < 63; ++i) {
    for (int visit = 0; visit < (i % 6 == 0 ? 3 : 1); ++visit) {
      entries.push_back({.patient = "p" + std::to_string(i), .stratum = i < 40 ? "a" : "b"});
    }
  }
  return entries;
}

std::size_t spread(const std::map<int, std::size_t>& counts) {
  const auto [low, high] = std::ranges::minmax_element(counts, {}, [](const auto& one) { return one.second; });
  return high->second - low->second;
}

TEST(Folds, NeverSplitAPatientAndAreBalancedInEachClass) {
  const std::vector<FoldEntry> entries = cohort();
  for (const int folds : {2, 3, 5, 10}) {
    const std::vector<int> assigned = study::assign_folds(entries, folds, 7);
    std::map<std::string, std::set<int>> of_patient;
    std::map<int, std::size_t> all;
    std::map<std::string, std::map<int, std::size_t>> of_class;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      of_patient[entries[i].patient].insert(assigned[i]);
      ++all[assigned[i]];
      ++of_class[entries[i].stratum][assigned[i]];
    }
    EXPECT_TRUE(std::ranges::all_of(of_patient, [](const auto& one) { return one.second.size() == 1; }));
    EXPECT_EQ(all.size(), static_cast<std::size_t>(folds));
    EXPECT_EQ(all.begin()->first, 0);
    EXPECT_LE(spread(all), 3U); // the visits of one patient
    EXPECT_LE(spread(of_class["a"]), 3U);
    EXPECT_LE(spread(of_class["b"]), 3U);
  }
}

TEST(Folds, SinglesDifferByOneInAllAndInEachClass) {
  std::vector<FoldEntry> entries;
  for (int i = 0; i < 50; ++i) {
    entries.push_back({.patient = std::to_string(i), .stratum = i < 13 ? "a" : i < 29 ? "b" : "c"});
  }
  const std::vector<int> assigned = study::assign_folds(entries, 4, 1);
  std::map<int, std::size_t> all;
  std::map<std::string, std::map<int, std::size_t>> of_class;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    ++all[assigned[i]];
    ++of_class[entries[i].stratum][assigned[i]];
  }
  EXPECT_EQ(spread(all), 1U); // 13 13 12 12
  for (const auto& [name, counts] : of_class) {
    EXPECT_LE(spread(counts), 1U) << name;
  }
}

TEST(Folds, DependOnTheSeedButNotOnTheOrder) {
  std::vector<FoldEntry> entries = cohort();
  const std::vector<int> assigned = study::assign_folds(entries, 5, 7);
  EXPECT_NE(assigned, study::assign_folds(entries, 5, 8));
  std::ranges::reverse(entries);
  std::vector<int> reversed = study::assign_folds(entries, 5, 7);
  std::ranges::reverse(reversed);
  EXPECT_EQ(reversed, assigned);
}

TEST(Folds, RefuseWhatCannotBeDivided) {
  const std::vector<FoldEntry> entries{{.patient = "a"}, {.patient = "a"}, {.patient = "b"}};
  EXPECT_THROW(study::assign_folds(entries, 1, 0), Error);
  try {
    study::assign_folds(entries, 3, 0);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kUsage);
    EXPECT_NE(error.message().find("3 folds for 2 patients"), std::string::npos) << error.message();
  }
}

} // namespace
} // namespace brainmvp
