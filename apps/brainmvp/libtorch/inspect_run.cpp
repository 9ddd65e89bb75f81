// brainmvp inspect for runs: how far training is, and whether its checkpoints can be read.
#include <algorithm>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "checkpoint/checkpoint.h"
#include "inspect.h"
#include "report/trend.h"
#include "train/run_folder.h"

namespace brainmvp::app {
namespace {
namespace fs = std::filesystem;

// The last line of metrics.jsonl that is whole.
nlohmann::ordered_json last_record(const fs::path& metrics) {
  nlohmann::ordered_json last;
  std::ifstream file(metrics);
  for (std::string text; std::getline(file, text);) {
    auto record = nlohmann::ordered_json::parse(text, nullptr, false);
    if (record.is_object()) {
      last = std::move(record);
    }
  }
  return last;
}

std::vector<fs::path> checkpoints_of(const fs::path& run) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(run / "checkpoints", error)) {
    if (entry.path().extension() == ".pt" && !entry.path().filename().string().starts_with(".")) {
      files.push_back(entry.path());
    }
  }
  std::ranges::sort(files);
  return files;
}

// Reads the whole file, so that damage shows.
std::string description(const fs::path& checkpoint) {
  const checkpoint::Value value = checkpoint::read_pt(checkpoint);
  const checkpoint::Value* counters = value.find("counters");
  const checkpoint::Value* step = counters == nullptr ? nullptr : counters->find("step");
  return "  " + checkpoint.filename().string() + "  " + human_bytes(fs::file_size(checkpoint)) +
         (step == nullptr ? "" : ", step " + std::to_string(step->integer("step"))) +
         (value.find("optimizer") == nullptr ? "" : ", can be resumed from");
}

} // namespace

bool inspects_run(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored) && train::holds_run(path);
}

void inspect_run(const fs::path& path) {
  std::cout << path.string() << "\n";
  const nlohmann::ordered_json last = last_record(path / train::kMetricsName);
  for (const auto& [name, value] : last.items()) {
    std::cout << "  " << name << ": " << value.dump() << "\n";
  }
  if (fs::exists(path / train::kConfigName)) {
    const std::string worse = report::worsening_text(report::worsenings(report::read_run(path)));
    std::cout << (worse.empty() ? "" : "  " + worse + "\n");
  }
  const std::vector<fs::path> checkpoints = checkpoints_of(path);
  std::cout << "checkpoints:\n";
  for (const fs::path& checkpoint : checkpoints) {
    std::cout << description(checkpoint) << "\n";
  }
  if (checkpoints.empty()) {
    throw Error(ExitCode::kBadInput, path.string() + ": has no checkpoint yet; wait for the first, or resume the run");
  }
}

} // namespace brainmvp::app
