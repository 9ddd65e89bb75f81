#include "benchmark/results.h"

#include <nlohmann/json.hpp>

#include "base/atomic_file.h"
#include "base/exact_number.h"
#include "base/text.h"
#include "io/text_file.h"
#include "metrics/text_table.h"

namespace brainmvp::benchmark {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::ordered_json;

const std::vector<std::string> kCellColumns{"objective",     "backbone",      "task",          "kind",         "labelled",
                                            "pretrain_seed", "finetune_seed", "learning_rate", "encoder_rate", "metric"};
const std::vector<std::string> kPatientColumns{"patient", "score", "hd95_mm", "truth", "predicted"};

std::string cell_text(const Json& row, const std::string& column) {
  if (!row.contains(column)) {
    return "NA";
  }
  const Json& value = row[column];
  return value.is_string() ? value.get<std::string>() : value.is_number_float() ? shortest(value.get<double>()) : value.dump();
}

void add_rows(metrics::TextRows& rows, const Json& result) {
  for (const Json& patient : result.at("patients")) {
    std::vector<std::string> row;
    for (const std::string& column : kCellColumns) {
      row.push_back(cell_text(result, column));
    }
    for (const std::string& column : kPatientColumns) {
      row.push_back(cell_text(patient, column));
    }
    rows.push_back(std::move(row));
  }
}

} // namespace

double seconds_of(const fs::path& cell_folder) {
  const fs::path file = cell_folder / kSecondsName;
  if (!fs::exists(file)) {
    return 0;
  }
  const std::vector<std::string> lines = split(io::read_text_file(file, io::kLargestConfig), "\n");
  return exact_number<double>(lines.front()).value_or(0);
}

void write_results(const fs::path& folder, const std::vector<Cell>& cells) {
  metrics::TextRows rows(1, kCellColumns);
  rows[0].insert(rows[0].end(), kPatientColumns.begin(), kPatientColumns.end());
  Json all{{"tests", Json::array()}, {"work", Json::array()}};
  for (const Cell& cell : cells) {
    const fs::path own = folder / folder_of(cell.name);
    if (!fs::exists(own / kResultName)) {
      continue;
    }
    all["work"].push_back({{"cell", cell.name}, {"steps", cell.steps}, {"voxels", cell.voxels}, {"seconds", seconds_of(own)}});
    if (cell.is_test) {
      Json result = Json::parse(io::read_text_file(own / kResultName, io::kLargestList));
      add_rows(rows, result);
      result["cell"] = cell.name;
      all["tests"].push_back(std::move(result));
    }
  }
  write_file(folder / "results.tsv", metrics::tsv(rows));
  write_file(folder / kResultsName, all.dump(1) + "\n");
}

} // namespace brainmvp::benchmark
