// One self-contained page about runs, evaluations and predictions.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "report/summary.h"

namespace brainmvp::report {

struct ReportOptions {
  std::vector<std::filesystem::path> runs;
  std::vector<std::filesystem::path> evaluations; // JSON of `evaluate`
  std::vector<std::filesystem::path> predictions; // folders of `predict`; need `studies`
  std::filesystem::path studies;
  std::size_t overlay_cases = 4;
  std::string title = "brainmvp report";
  bool show_identifiers = false;
  std::string program_version;
};

struct Report {
  std::string html; // UTF-8; loads nothing
  std::vector<Headline> summary;
};

// Throws Error(kBadInput or kNothingFound) for an input that is not what it should be.
Report make_report(const ReportOptions& options);

} // namespace brainmvp::report
