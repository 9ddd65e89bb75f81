// The JSON that `brainmvp evaluate -o x.json` writes, read back.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "metrics/class_evaluation.h"
#include "metrics/regression_evaluation.h"
#include "metrics/statistics.h"

namespace brainmvp::report {

// One region and metric over the cases, as the file states it.
struct MetricSummary {
  std::string region;
  std::string metric;
  std::size_t cases = 0;
  double mean = 0;
  metrics::Interval mean_interval;
  double median = 0;
};

struct SegmentationRow {
  std::string case_name;
  std::string region;
  std::vector<double> values; // one a metric
  bool missing = false;       // there was no prediction
};

struct SegmentationResults {
  std::string name; // of the predictions: their folder, without the folders above it
  std::vector<std::string> metrics;
  std::vector<std::string> regions; // in the order of the file
  std::vector<SegmentationRow> rows;
  std::vector<MetricSummary> summary;
  bool simulated = false; // its cases were made by `simulate`

  // Whether a row has a region on one side only: its distances are the diagonal of the image, not measured.
  [[nodiscard]] bool has_no_distance(const SegmentationRow& row) const;
  [[nodiscard]] std::vector<double> values(const std::string& region, const std::string& metric) const; // of its rows
  [[nodiscard]] const MetricSummary* find(const std::string& region, const std::string& metric) const;
};

struct ClassResults {
  std::string name;
  metrics::ClassTable table;
  std::vector<metrics::ClassificationRow> summary;
  std::size_t calibration_bins = 15;
  bool simulated = false;
};

struct RegressionResults {
  std::string name;
  metrics::RegressionTable table;
  std::vector<metrics::RegressionRow> summary;
  bool simulated = false;

  [[nodiscard]] const metrics::RegressionRow* find(const std::string& target, const std::string& metric) const;
};

struct Evaluations {
  std::vector<SegmentationResults> segmentations; // a compared set follows its first set
  std::vector<ClassResults> classes;
  std::vector<RegressionResults> regressions;
  std::vector<std::string> conventions; // sentences, each once
};

// The first that is there of a path as `evaluate` was given it: in this folder, or in one that holds `file` or its folder.
std::filesystem::path found_near(const std::filesystem::path& path, const std::filesystem::path& file);

// Throws Error(kBadInput) for a file that `evaluate` did not write.
Evaluations read_evaluations(const std::vector<std::filesystem::path>& files);

} // namespace brainmvp::report
