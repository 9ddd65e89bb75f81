#include <algorithm>
#include <iostream>
#include <iterator>

#include "base/error.h"
#include "base/log.h"
#include "base/output_target.h"
#include "base/progress.h"
#include "base/text.h"
#include "evaluate.h"
#include "metrics/class_evaluation.h"
#include "metrics/conventions.h"
#include "metrics/evaluation_output.h"
#include "metrics/regression_evaluation.h"
#include "output_file.h"
#include "study/json_file.h"

namespace brainmvp::app {
namespace fs = std::filesystem;
namespace {

std::vector<fs::path> paths_of(const std::vector<std::string>& names) { return {names.begin(), names.end()}; }

std::string lower_extension(const fs::path& path) { return to_lower(path.extension().string()); }

// Streams (/dev/stdout) have no file beside them for the tables.
bool is_json(const fs::path& path) {
  return lower_extension(path) == ".json" || (!path.empty() && lower_extension(path) != ".tsv" && output_target(path).stream);
}

// "x.tsv" -> "x.summary.tsv".
fs::path beside(const fs::path& path, const std::string& part) { return fs::path(path).replace_extension(part + ".tsv"); }

std::vector<study::Split> chosen_splits(const std::vector<std::string>& names) {
  std::vector<study::Split> splits;
  for (const study::Split split : {study::Split::kTraining, study::Split::kValidation, study::Split::kTest}) {
    if (std::ranges::count(names, study::split_name(split)) > 0) {
      splits.push_back(split);
    }
  }
  return splits;
}

study::LabelTable label_table(const EvaluateOptions& options) {
  for (const std::string& file : {options.table, options.reference, options.predictions.front()}) {
    if (!file.empty() && (file == options.table || lower_extension(file) == ".json")) {
      return study::parse_label_table(study::read_json_object(file), file);
    }
  }
  return {};
}

std::vector<metrics::CasePair> all_cases(const std::vector<std::vector<metrics::CasePair>>& sets) {
  std::vector<metrics::CasePair> all;
  for (const auto& set : sets) {
    all.insert(all.end(), set.begin(), set.end());
  }
  return all;
}

// Regions of the table; without one, all values of both sets.
metrics::RegionTable region_table(const EvaluateOptions& options, const std::vector<std::vector<metrics::CasePair>>& sets,
                                  std::size_t threads) {
  metrics::RegionTable table = metrics::choose_regions(label_table(options), options.choice);
  if (table.regions.empty()) {
    table.regions = metrics::find_regions(all_cases(sets), threads);
  }
  if (table.regions.empty()) {
    throw Error(ExitCode::kNothingFound, options.reference + ": no label map has a value other than 0; name the regions with "
                                                             "--labels, --region or --table to count empty cases");
  }
  return table;
}

// A region that no file has gives Dice 1 in every case, as a wrong value does.
void warn_of_absent_regions(const metrics::RegionTable& table, const std::vector<std::vector<metrics::CasePair>>& sets,
                            const std::vector<metrics::PredictionSet>& results, std::size_t threads) {
  std::vector<std::string> absent;
  for (const metrics::Region& region : table.regions) {
    const auto is_present = [&](const metrics::CaseRow& row) {
      return row.region == region.name && row.metrics.reference_ml + row.metrics.prediction_ml > 0;
    };
    if (std::ranges::none_of(results, [&](const auto& set) { return std::ranges::any_of(set.rows, is_present); })) {
      std::vector<std::string> values;
      std::ranges::transform(region.values, std::back_inserter(values), [](int value) { return std::to_string(value); });
      absent.push_back(region.name + " (" + join(values, ", ") + ")");
    }
  }
  if (absent.empty()) {
    return;
  }
  std::vector<std::string> found;
  for (const metrics::Region& region : metrics::find_regions(all_cases(sets), threads)) {
    found.push_back(region.name);
  }
  log::warning("no prediction and no reference has the region " + join(absent, " or ") + ": its Dice of 1 says nothing; " +
               (found.empty() ? "no file has a value other than 0" : "the files have the values " + join(found, ", ")) +
               "; correct the region's values if they are others");
}

void write_tsv(const EvaluateOptions& options, const metrics::Evaluation& evaluation) {
  write_output_file(options.output, metrics::cases_tsv(evaluation.predictions));
  write_output_file(beside(options.output, ".summary"), metrics::summary_tsv(evaluation.predictions));
  if (evaluation.compared) {
    write_output_file(beside(options.output, ".comparison"), metrics::comparison_tsv(evaluation.differences));
    write_output_file(beside(options.output, ".compared"), metrics::cases_tsv(*evaluation.compared));
  }
}

// Tables for people, and what their figures mean or where that stands.
void print_tables(const EvaluateOptions& options, const std::string& tables, const metrics::Conventions& conventions) {
  const bool to_stderr = &words_beside(options.output) == &std::cerr || &words_beside(options.csv) == &std::cerr;
  (to_stderr ? std::cerr : std::cout) << tables
                                      << (options.conventions ? metrics::conventions_text(conventions)
                                                              : "What the figures mean: evaluate with --conventions, or see "
                                                                "\"conventions\" in the file of -o x.json\n");
}

void write_csv(const EvaluateOptions& options, const std::string& table) {
  if (!options.csv.empty()) {
    write_output_file(options.csv, table);
  }
}

// Whatever their spelling and through links.
bool same_output(const fs::path& a, const fs::path& b) {
  const OutputTarget first = output_target(a);
  const OutputTarget second = output_target(b);
  if (first.descriptor >= 0 || second.descriptor >= 0) {
    return first.descriptor == second.descriptor;
  }
  return fs::weakly_canonical(fs::absolute(first.path)) == fs::weakly_canonical(fs::absolute(second.path));
}

std::vector<fs::path> files_of_output(const EvaluateOptions& options) {
  if (options.output.empty() || is_json(options.output)) {
    return options.output.empty() ? std::vector<fs::path>{} : std::vector<fs::path>{options.output};
  }
  if (lower_extension(options.output) != ".tsv") {
    throw Error(ExitCode::kUsage, "-o " + options.output + ": a name that ends in .json or .tsv is expected");
  }
  std::vector<fs::path> files{options.output, beside(options.output, ".summary")};
  if (!options.compared.empty()) {
    files.insert(files.end(), {beside(options.output, ".comparison"), beside(options.output, ".compared")});
  }
  return files;
}

} // namespace

std::vector<fs::path> output_files(const EvaluateOptions& options) {
  std::vector<fs::path> files = files_of_output(options);
  for (const fs::path& file : files) {
    if (!options.csv.empty() && same_output(file, options.csv)) {
      throw Error(ExitCode::kUsage,
                  "-o writes " + file.string() + ", and --csv " + options.csv + " is the same file; name another");
    }
  }
  return files;
}

void evaluate_segmentation(const EvaluateOptions& options, const metrics::BootstrapOptions& bootstrap, std::size_t threads) {
  const std::vector<study::Split> splits = chosen_splits(options.splits);
  std::vector<std::vector<std::string>> sources{options.predictions};
  if (!options.compared.empty()) {
    sources.push_back(options.compared);
  }
  std::vector<std::vector<metrics::CasePair>> sets;
  for (const std::vector<std::string>& source : sources) {
    sets.push_back(metrics::pair_cases(paths_of(source), options.reference, splits, options.allow_missing));
  }
  const metrics::RegionTable table = region_table(options, sets, threads);
  std::vector<metrics::PredictionSet> results;
  for (std::size_t i = 0; i < sets.size(); ++i) {
    Progress progress("evaluating " + join(sources[i], ", "), "cases", sets[i].size());
    const auto rows = metrics::evaluate_cases(sets[i], table, {.metrics = options.segmentation, .threads = threads},
                                              [&] { progress.advance(); });
    results.push_back({.source = join(sources[i], ", "), .rows = rows, .summary = metrics::summarise_rows(rows, bootstrap)});
  }
  warn_of_absent_regions(table, sets, results, threads);
  metrics::Evaluation evaluation{.reference = options.reference,
                                 .regions = table.regions,
                                 .options = options.segmentation,
                                 .bootstrap = bootstrap,
                                 .predictions = results.front(),
                                 .compared = {},
                                 .differences = {}};
  if (results.size() > 1) {
    evaluation.differences = metrics::compare_rows(results[0].rows, results[1].rows, bootstrap);
    evaluation.compared = results[1];
  }
  print_tables(options, metrics::evaluation_text(evaluation, options.output.empty() && options.csv.empty()),
               metrics::segmentation_conventions(options.segmentation, bootstrap));
  write_csv(options, metrics::cases_csv(evaluation));
  if (is_json(options.output)) {
    write_output_file(options.output, metrics::evaluation_json(evaluation));
  } else if (!options.output.empty()) {
    write_tsv(options, evaluation);
  }
}

void evaluate_classification(const EvaluateOptions& options, const metrics::BootstrapOptions& bootstrap) {
  metrics::ReferenceClasses reference =
      metrics::read_reference_classes(options.reference, chosen_splits(options.splits), options.predictions.front());
  const auto read = [&](const std::vector<std::string>& source) {
    metrics::ClassTable table = metrics::read_class_table(paths_of(source), reference);
    auto summary = metrics::summarise_classes(table.cases, options.classes, bootstrap);
    return metrics::ClassPredictions{.source = join(source, ", "), .table = std::move(table), .summary = std::move(summary)};
  };
  metrics::ClassEvaluation evaluation{.reference = options.reference,
                                      .options = options.classes,
                                      .bootstrap = bootstrap,
                                      .predictions = read(options.predictions),
                                      .compared = {},
                                      .comparison = {}};
  if (!options.compared.empty()) {
    reference.classes = evaluation.predictions.table.classes; // the columns of both may have another order
    evaluation.compared = read(options.compared);
    evaluation.comparison = metrics::compare_classes(evaluation.predictions.table.cases, evaluation.compared->table.cases,
                                                     options.classes, bootstrap);
  }
  print_tables(options, metrics::class_evaluation_text(evaluation),
               metrics::classification_conventions(evaluation.predictions.table.classes, options.classes, bootstrap));
  write_csv(options, metrics::class_cases_csv(evaluation));
  if (is_json(options.output)) {
    write_output_file(options.output, metrics::class_evaluation_json(evaluation));
  } else if (!options.output.empty()) {
    write_output_file(options.output, metrics::class_cases_tsv(evaluation.predictions.table));
    write_output_file(beside(options.output, ".summary"), metrics::class_summary_tsv(evaluation.predictions.summary));
    if (evaluation.compared) {
      write_output_file(beside(options.output, ".comparison"), metrics::class_summary_tsv(evaluation.comparison.differences));
      write_output_file(beside(options.output, ".compared"), metrics::class_cases_tsv(evaluation.compared->table));
    }
  }
}

void evaluate_regression(const EvaluateOptions& options, const metrics::BootstrapOptions& bootstrap) {
  study::Findings findings;
  const metrics::ReferenceNumbers reference = metrics::read_reference_numbers(
      {.path = options.reference, .targets_from = options.targets_from, .splits = chosen_splits(options.splits)},
      options.predictions.front(), findings);
  study::warn_of(findings);
  const auto read = [&](const std::vector<std::string>& source) {
    metrics::RegressionTable table = metrics::read_regression_table(paths_of(source), reference);
    auto summary = metrics::summarise_numbers(table, bootstrap);
    return metrics::NumberPredictions{.source = join(source, ", "), .table = std::move(table), .summary = std::move(summary)};
  };
  metrics::RegressionEvaluation evaluation{.reference = options.reference,
                                           .bootstrap = bootstrap,
                                           .predictions = read(options.predictions),
                                           .compared = {},
                                           .comparison = {}};
  if (!options.compared.empty()) {
    evaluation.compared = read(options.compared);
    evaluation.comparison = metrics::compare_numbers(evaluation.predictions.table, evaluation.compared->table, bootstrap);
  }
  print_tables(options, metrics::regression_evaluation_text(evaluation), metrics::regression_conventions(bootstrap));
  write_csv(options, metrics::number_cases_csv(evaluation));
  if (is_json(options.output)) {
    write_output_file(options.output, metrics::regression_evaluation_json(evaluation));
  } else if (!options.output.empty()) {
    write_output_file(options.output, metrics::number_cases_tsv(evaluation.predictions.table));
    write_output_file(beside(options.output, ".summary"), metrics::number_summary_tsv(evaluation.predictions.summary));
    if (evaluation.compared) {
      write_output_file(beside(options.output, ".comparison"), metrics::number_summary_tsv(evaluation.comparison.differences));
      write_output_file(beside(options.output, ".compared"), metrics::number_cases_tsv(evaluation.compared->table));
    }
  }
}

} // namespace brainmvp::app
