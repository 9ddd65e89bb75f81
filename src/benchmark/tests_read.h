// The tests of a benchmark, as results.json has them.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "benchmark/comparison.h"

namespace brainmvp::benchmark {

using Seeds = std::pair<std::uint64_t, std::uint64_t>; // of pre-training (0: none) and fine-tuning
using ByPatient = std::vector<double>;

// All tests of one setting. Each objective has a list of scores by patient for its seeds.
struct Tests {
  Setting setting;
  std::string metric;
  std::vector<std::string> patients;
  std::map<std::string, std::map<Seeds, ByPatient>> runs;
};

struct AllTests {
  std::vector<std::string> objectives;
  std::vector<Tests> tests; // by setting
  std::map<std::pair<Setting, std::string>, double> hours;
  std::vector<Subset> subsets;
};

AllTests read_tests(const std::filesystem::path& results);

// objective - reference by patient, the mean over the pairs of runs that have the same seeds (a control has none of
// pre-training).
struct Paired {
  std::size_t seeds = 0;
  ByPatient differences;
  double largest = 0; // absolute score
};
Paired paired(const std::map<Seeds, ByPatient>& objective, const std::map<Seeds, ByPatient>& reference);

ByPatient mean_of(const std::map<Seeds, ByPatient>& runs);

} // namespace brainmvp::benchmark
