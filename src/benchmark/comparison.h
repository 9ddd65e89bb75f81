// What a benchmark says: scores of the objectives, their paired differences, and their ranks.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "metrics/statistics.h"

namespace brainmvp::benchmark {

// What is compared with each other: tests of the same patients.
struct Setting {
  std::string backbone;
  std::string task; // empty: the mean over tasks
  std::uint64_t labelled = 0;
  auto operator<=>(const Setting&) const = default;
};

struct Score {
  Setting setting;
  std::string objective;
  std::string metric;
  std::size_t seeds = 0;
  double mean = 0;                           // over patients and seeds
  metrics::Interval interval = {};           // over patients
  std::optional<double> seed_deviation = {}; // of the seeds' means; none for one
  double hours = 0;                          // of one pre-training and one fine-tuning with its test, in the mean
};

// objective - reference. Scores of a patient are means over the seeds that both have; patients are drawn with replacement.
struct Difference {
  Setting setting;
  std::string objective;
  std::string reference;
  std::size_t seeds = 0;
  std::size_t patients = 0;
  double mean = 0;
  metrics::Interval interval = {};
  double p = 1;    // Wilcoxon; of means over tasks there is none
  double holm = 1; // of all comparisons of the task with this reference (Holm 1979)
};

struct Rank {
  Setting setting;
  std::string objective;
  double rank = 1;  // 1 is the best; equal scores share the mean of their ranks
  double first = 0; // share of the resamples in which it is the best
};

// The first seeds with some of the modalities only.
struct Subset {
  Setting setting;
  std::string objective;
  std::string only; // "t1,flair"
  double mean = 0;  // of the patients' scores
};

struct Comparison {
  std::vector<std::string> objectives; // in the plan's order
  std::vector<Score> scores;
  std::vector<Difference> differences; // from "scratch" and "mae", where they are there
  std::vector<Rank> ranks;
  std::vector<Subset> subsets;
};

// Of results.json. A patient whom a test lacks counts as the worst of the task: 0, or the worst error of all.
Comparison compare_results(const std::filesystem::path& results);

std::string comparison_text(const Comparison& comparison); // tables for the terminal
std::string comparison_json(const Comparison& comparison);

} // namespace brainmvp::benchmark
