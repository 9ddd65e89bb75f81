#include "report/evaluations.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "report/names.h"
#include "study/json_file.h"
#include "study/origin.h"

namespace brainmvp::report {
namespace fs = std::filesystem;
namespace {

using study::Json;

metrics::Interval interval_of(const Json& json, double value) {
  if (json.is_null()) {
    return {.low = value, .high = value, .known = false};
  }
  return {.low = json.at(0).get<double>(), .high = json.at(1).get<double>()};
}

// Numbers that describe a case but no quality, or that follow from others.
bool is_metric(const std::string& name, const Json& value) {
  return value.is_number() && !name.ends_with("_lesions") && name != "case" && name != "region";
}

std::vector<MetricSummary> summary_of(const Json& regions) {
  std::vector<MetricSummary> summary;
  for (const auto& [region, by_metric] : regions.items()) {
    for (const auto& [metric, json] : by_metric.items()) {
      summary.push_back({.region = region,
                         .metric = metric,
                         .cases = json.at("cases").get<std::size_t>(),
                         .mean = json.at("mean").get<double>(),
                         .mean_interval = interval_of(json.at("mean_interval"), json.at("mean").get<double>()),
                         .median = json.at("median").get<double>()});
    }
  }
  return summary;
}

SegmentationResults segmentation_of(const Json& set, const std::string& name) {
  SegmentationResults results{.name = name, .metrics = {}, .regions = {}, .rows = {}, .summary = summary_of(set.at("summary"))};
  for (const Json& json : set.at("cases")) {
    SegmentationRow row{.case_name = json.at("case").get<std::string>(),
                        .region = json.at("region").get<std::string>(),
                        .values = {},
                        .missing = json.value("missing", false)};
    if (results.metrics.empty()) {
      for (const auto& [metric, value] : json.items()) {
        if (is_metric(metric, value)) {
          results.metrics.push_back(metric);
        }
      }
    }
    for (const std::string& metric : results.metrics) {
      row.values.push_back(json.at(metric).get<double>());
    }
    if (std::ranges::count(results.regions, row.region) == 0) {
      results.regions.push_back(row.region);
    }
    results.rows.push_back(std::move(row));
  }
  return results;
}

ClassResults classes_of(const Json& set, const Json& file, const std::string& name) {
  ClassResults results{.name = name, .table = {}, .summary = {}, .calibration_bins = 15};
  results.calibration_bins = std::max<std::size_t>(1, file.at("parameters").value("calibration_bins", std::size_t{15}));
  metrics::ClassTable& table = results.table;
  table.classes = file.at("classes").get<std::vector<std::string>>();
  table.cases.classes = table.classes.size();
  for (const Json& json : set.at("cases")) {
    table.case_names.push_back(json.at("case").get<std::string>());
    const auto label = std::ranges::find(table.classes, json.at("class").get<std::string>());
    if (label == table.classes.end()) {
      throw Error(ExitCode::kBadInput, "a case has a class that is not in `classes`");
    }
    table.cases.labels.push_back(static_cast<std::size_t>(label - table.classes.begin()));
    for (const std::string& class_name : table.classes) {
      table.cases.probabilities.push_back(json.at("prob_" + class_name).get<double>());
    }
  }
  for (const auto& [metric, json] : set.at("summary").items()) {
    const auto value = json.at("value").get<double>();
    results.summary.push_back({.metric = metric, .value = value, .interval = interval_of(json.at("interval"), value)});
  }
  return results;
}

RegressionResults numbers_of(const Json& set, const Json& file, const std::string& name) {
  RegressionResults results{.name = name, .table = {}, .summary = {}};
  metrics::RegressionTable& table = results.table;
  table.targets = file.at("targets").get<std::vector<std::string>>();
  table.cases.resize(table.targets.size());
  for (const Json& json : set.at("cases")) {
    table.case_names.push_back(json.at("case").get<std::string>());
    for (std::size_t k = 0; k < table.targets.size(); ++k) {
      table.cases[k].truth.push_back(json.at(table.targets[k] + "_true").get<double>());
      table.cases[k].predicted.push_back(json.at(table.targets[k] + "_predicted").get<double>());
    }
  }
  for (const auto& [target, by_metric] : set.at("summary").items()) {
    for (const auto& [metric, json] : by_metric.items()) {
      metrics::RegressionRow& row = results.summary.emplace_back();
      row.target = target;
      row.metric = metric;
      if (json.at("value").is_null()) {
        row.reason = json.at("undefined").get<std::string>();
      } else {
        row.value = json.at("value").get<double>();
        row.interval = interval_of(json.at("interval"), *row.value);
      }
    }
  }
  return results;
}

void add_set(const Json& set, const Json& file, const std::string& source, const fs::path& path, bool simulated,
             Evaluations& all) {
  std::vector<std::string> taken;
  std::ranges::transform(all.segmentations, std::back_inserter(taken), &SegmentationResults::name);
  std::ranges::transform(all.classes, std::back_inserter(taken), &ClassResults::name);
  std::ranges::transform(all.regressions, std::back_inserter(taken), &RegressionResults::name);
  const std::string name = unused_name({name_of_predictions(source), path.stem().string()}, taken);
  if (file.contains("classes")) {
    all.classes.push_back(classes_of(set, file, name));
    all.classes.back().simulated = simulated;
  } else if (file.contains("targets")) {
    all.regressions.push_back(numbers_of(set, file, name));
    all.regressions.back().simulated = simulated;
  } else {
    all.segmentations.push_back(segmentation_of(set, name));
    all.segmentations.back().simulated = simulated;
  }
}

void add_file(const fs::path& path, Evaluations& all) {
  const Json file = study::read_json_object(path);
  const Json& parameters = file.at("parameters");
  const bool simulated = study::is_simulated(found_near(parameters.value("reference", ""), path));
  add_set(file, file, parameters.at("predictions").get<std::string>(), path, simulated, all);
  if (file.contains("comparison")) {
    const Json& compared = file.at("comparison");
    add_set(compared, file, compared.at("predictions").get<std::string>(), path, simulated, all);
  }
  for (const auto& [name, sentence] : file.at("conventions").items()) {
    const auto text = sentence.get<std::string>();
    if (std::ranges::count(all.conventions, text) == 0) {
      all.conventions.push_back(text);
    }
  }
}

} // namespace

bool SegmentationResults::has_no_distance(const SegmentationRow& row) const {
  const auto volume = [&](const char* metric) {
    const auto column = static_cast<std::size_t>(std::ranges::find(metrics, metric) - metrics.begin());
    return column < row.values.size() ? row.values[column] : 1;
  };
  return row.missing || (volume("prediction_ml") == 0) != (volume("reference_ml") == 0);
}

std::vector<double> SegmentationResults::values(const std::string& region, const std::string& metric) const {
  const auto column = static_cast<std::size_t>(std::ranges::find(metrics, metric) - metrics.begin());
  std::vector<double> found;
  for (const SegmentationRow& row : rows) {
    if (row.region == region && column < row.values.size()) {
      found.push_back(row.values[column]);
    }
  }
  return found;
}

const MetricSummary* SegmentationResults::find(const std::string& region, const std::string& metric) const {
  const auto found =
      std::ranges::find_if(summary, [&](const MetricSummary& entry) { return entry.region == region && entry.metric == metric; });
  return found == summary.end() ? nullptr : &*found;
}

const metrics::RegressionRow* RegressionResults::find(const std::string& target, const std::string& metric) const {
  const auto found = std::ranges::find_if(
      summary, [&](const metrics::RegressionRow& row) { return row.target == target && row.metric == metric; });
  return found == summary.end() ? nullptr : &*found;
}

fs::path found_near(const fs::path& path, const fs::path& file) {
  std::error_code ignored;
  const fs::path folder = fs::absolute(file).parent_path();
  for (const fs::path& place : {path, folder / path, folder.parent_path() / path}) {
    if (fs::exists(place, ignored)) {
      return place;
    }
  }
  return {};
}

Evaluations read_evaluations(const std::vector<fs::path>& files) {
  Evaluations all;
  for (const fs::path& path : files) {
    try {
      add_file(path, all);
    } catch (const Json::exception& fault) {
      throw Error(ExitCode::kBadInput, path.string() + ": expected the JSON that `brainmvp evaluate -o x.json` writes, found " +
                                           "another form (" + fault.what() + "); name such a file");
    }
  }
  return all;
}

} // namespace brainmvp::report
