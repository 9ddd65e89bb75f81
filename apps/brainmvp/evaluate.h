// Options of `evaluate`, and its kinds of work.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "metrics/classification.h"
#include "metrics/regions.h"
#include "metrics/segmentation.h"
#include "metrics/statistics.h"

namespace brainmvp::app {

struct EvaluateOptions {
  std::vector<std::string> predictions; // whose cases are pooled
  std::string reference;
  std::string output;
  std::string csv;
  bool conventions = false; // print them
  std::vector<std::string> compared;
  std::string table;
  metrics::RegionChoice choice;
  std::vector<std::string> splits;
  bool allow_missing = false;
  bool classification = false;
  bool regression = false;
  std::string targets_from; // of a regression against a studies file

  [[nodiscard]] bool of_tables() const { return classification || regression; }
  metrics::SegmentationOptions segmentation;
  metrics::ClassificationOptions classes;
  std::size_t resamples = metrics::BootstrapOptions{}.resamples;
};

// Files that -o leads to, the first as named. Throws Error(kUsage) for a name that ends in neither .json nor .tsv, and for
// one of them that is also the file of --csv.
std::vector<std::filesystem::path> output_files(const EvaluateOptions& options);

void evaluate_segmentation(const EvaluateOptions& options, const metrics::BootstrapOptions& bootstrap, std::size_t threads);
void evaluate_classification(const EvaluateOptions& options, const metrics::BootstrapOptions& bootstrap);
void evaluate_regression(const EvaluateOptions& options, const metrics::BootstrapOptions& bootstrap);

} // namespace brainmvp::app
