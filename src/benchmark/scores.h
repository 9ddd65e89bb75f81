// What a training and its test are worth, read from the files of finetune and evaluate.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "benchmark/plan.h"

namespace brainmvp::benchmark {

// The best validation of a run: the mean Dice, or minus the loss. It is that of best.pt, which is tested. Throws Error(kBadInput)
// where the run has none.
double best_validation(const std::filesystem::path& run, Kind kind);

// One patient of a test.
struct Patient {
  std::string name;
  double score = 0; // higher is better: mean Dice of the regions, the true class's probability, minus the absolute error
  std::optional<double> hd95_mm = {};   // mean of the regions
  std::optional<double> truth = {};     // of a regression; of two classes 1 for the second
  std::optional<double> predicted = {}; // of a regression; the second class's probability
};

struct TestScores {
  std::string metric;
  std::vector<Patient> patients; // of test_scores one for each case, as evaluate orders them
  std::optional<double> auc = {};
};

// Reads what evaluate wrote. `target`: of a regression.
TestScores test_scores(const std::filesystem::path& evaluation, Kind kind, const std::string& target);

// Of the table that predict wrote of a classification. `class_of`: by case.
TestScores class_scores(const std::filesystem::path& predictions, const std::map<std::string, std::string>& class_of);

// The mean of each patient's cases, so that a patient with several counts once. `patient_of`: by case.
TestScores by_patient(const TestScores& cases, const std::map<std::string, std::string>& patient_of);

} // namespace brainmvp::benchmark
