// Which studies a task trains on, chooses with and is tested on.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "benchmark/plan.h"

namespace brainmvp::benchmark {

// Of a simulated task. `folder` holds training.json, validation.json and test.json, as index wrote them of three cohorts; writes
// labelled-N.json for each number of labelled patients (the first N of the training cohort, and all for validation), studies.json
// with the test cohort, and for a regression targets.tsv and test_targets.tsv. Throws Error(kBadInput).
void deal_cohorts(const std::filesystem::path& folder, const Task& task);

// The same of a real data set: all.json is dealt out by patient in an order that `seed` draws, the classes in turn, first to the
// test, then to the validation. Throws Error(kBadInput) when there are too few patients with a label.
void deal_patients(const std::filesystem::path& folder, const Task& task, std::uint64_t seed);

// The patient of each study of a studies file, by the study's id.
std::map<std::string, std::string> patients_in(const std::filesystem::path& list);

// The class of each study of a studies file, by the study's id.
std::map<std::string, std::string> classes_in(const std::filesystem::path& list);

// `list` with those studies only that are in `cases`, into `reduced`.
void keep_cases(const std::filesystem::path& list, const std::vector<std::string>& cases, const std::filesystem::path& reduced);

} // namespace brainmvp::benchmark
