#include "evaluate.h"

#include <algorithm>
#include <memory>

#include "base/error.h"
#include "base/interrupt.h"
#include "command.h"
#include "infer/output_files.h"
#include "input_kind.h"
#include "output_file.h"
#include "settings_options.h"
#include "study/number_source.h"

namespace brainmvp::app {
namespace {

using settings::at_least;
using settings::Slot;

void check_combination(const EvaluateOptions& options) {
  const bool of_segmentation =
      options.allow_missing || !options.table.empty() || !options.choice.labels.empty() || !options.choice.regions.empty();
  if (options.of_tables() && of_segmentation) {
    throw Error(ExitCode::kUsage, std::string("--allow-missing, --table, --labels and --region do not go with ") +
                                      (options.classification ? "--classification" : "--regression"));
  }
  if (!options.targets_from.empty() && !options.regression) {
    throw Error(ExitCode::kUsage, "--targets-from goes with --regression only");
  }
}

// A folder that predict wrote for classes or numbers stands for the table in it.
void find_tables(EvaluateOptions& options) {
  for (std::vector<std::string>* sources : {&options.predictions, &options.compared}) {
    for (std::string& source : *sources) {
      const std::filesystem::path table = std::filesystem::path(source) / infer::kTableName;
      if (std::error_code error; !std::filesystem::exists(table, error)) {
        continue;
      }
      if (!options.of_tables()) {
        throw Error(ExitCode::kUsage, source + ": predictions of classes or numbers (" + infer::kTableName +
                                          "); add --classification, or --regression with --targets-from");
      }
      source = table.string();
    }
  }
}

void check_inputs(const EvaluateOptions& options) {
  const ExpectedInput predictions =
      options.of_tables()
          ? ExpectedInput{options.classification ? "evaluate --classification" : "evaluate --regression",
                          "a folder that predict wrote, or the predictions.tsv in it",
                          {InputKind::kTable}}
          : ExpectedInput{"evaluate",
                          "a folder of label maps, a studies file or a label map",
                          {InputKind::kFolder, InputKind::kPredictions, InputKind::kStudiesFile, InputKind::kImage}};
  ExpectedInput reference = predictions;
  if (options.of_tables()) {
    reference = {"--reference",
                 options.classification ? "a studies file or a .tsv of classes" : "a studies file or a .tsv of numbers",
                 {InputKind::kTable, InputKind::kStudiesFile}};
  }
  for (const std::vector<std::string>* sources : {&options.predictions, &options.compared}) {
    for (const std::string& source : *sources) {
      check_input(source, predictions);
    }
  }
  check_input(options.reference, reference);
  if (!options.table.empty()) {
    check_input(options.table, ExpectedInput{"--table", "a JSON file with labels", {InputKind::kStudiesFile}});
  }
  const auto is_list = [](const std::string& source) { return kind_of(source) == InputKind::kStudiesFile; };
  if (!options.splits.empty() && !is_list(options.reference) && std::ranges::none_of(options.predictions, is_list) &&
      std::ranges::none_of(options.compared, is_list)) {
    throw Error(ExitCode::kUsage, "--split goes with a studies file, whose lists it chooses from; --reference " +
                                      options.reference + " is none: name the studies file, or leave out --split");
  }
  const std::string& first = options.predictions.front();
  if (kind_of(first) == InputKind::kStudiesFile && kind_of(options.reference) == InputKind::kPredictions) {
    throw Error(ExitCode::kUsage,
                "the predictions stand first, and --reference names what they are compared with; next: brainmvp "
                "evaluate " +
                    options.reference + " --reference " + first);
  }
}

// Files that no output may replace.
std::vector<std::filesystem::path> input_files(const EvaluateOptions& options, const std::string& config) {
  std::vector<std::filesystem::path> inputs{options.reference, options.table, config};
  inputs.insert(inputs.end(), options.predictions.begin(), options.predictions.end());
  inputs.insert(inputs.end(), options.compared.begin(), options.compared.end());
  if (!options.targets_from.empty()) {
    const std::vector<std::filesystem::path> tables = study::parse_number_source(options.targets_from).front().files;
    inputs.insert(inputs.end(), tables.begin(), tables.end());
  }
  return inputs;
}

void add_evaluate_settings(settings::Settings& settings, EvaluateOptions& options) {
  settings.add(
      "evaluate",
      {{.name = "split",
        .slot = Slot(options.splits).one_of({"training", "validation", "test"}),
        .help = "Only these lists of a studies file"},
       {.name = "classification", .slot = options.classification, .help = "Evaluate class probabilities"},
       {.name = "regression", .slot = options.regression, .help = "Evaluate predicted numbers", .excludes = "classification"},
       {.name = "targets_from",
        .slot = options.targets_from,
        .help = "Columns of a table with the numbers of a studies file's studies",
        .placeholder = "FILE:COLUMN[,COLUMN...][:KEYCOLUMN]"},
       {.name = "labels",
        .slot = options.choice.labels,
        .help = "Names or values of the labels to evaluate, each as a region",
        .placeholder = "LABEL,..."},
       {.name = "region",
        .slot = Slot(options.choice.regions).given_as(settings::Words::kRepeated),
        .help = "A region of the table, or NAME=VALUE,...; may be repeated",
        .placeholder = "NAME[=VALUE,...]"},
       {.name = "allow_missing", .slot = options.allow_missing, .help = "Count a case without a prediction as the worst"},
       {.name = "tolerance_mm",
        .slot = options.segmentation.tolerance_mm,
        .help = "Tolerance of the surface Dice",
        .range = at_least(0)},
       {.name = "lesion_iou",
        .slot = options.segmentation.lesions.min_iou,
        .help = "Smallest intersection over union of lesions that match; 0 is any shared voxel",
        .range = settings::between(0, 1)},
       {.name = "min_lesion_mm3",
        .slot = options.segmentation.lesions.min_volume_mm3,
        .help = "Smaller lesions are not counted",
        .range = at_least(0)},
       {.name = "calibration_bins",
        .slot = options.classes.calibration_bins,
        .help = "Bins of the calibration error",
        .range = at_least(1)},
       {.name = "bootstrap", .slot = options.resamples, .help = "Resamples of the 95% intervals", .range = at_least(1)}});
}

} // namespace

Command add_evaluate(CLI::App& program, CommonOptions& common) {
  CLI::App* command = program.add_subcommand("evaluate", "Compare predictions with references: metrics, intervals, paired tests");
  const auto options = std::make_shared<EvaluateOptions>();
  command
      ->add_option(
          "PREDICTIONS", options->predictions,
          "Folder of label maps, studies file or label map; a .tsv of probabilities or numbers. The cases of several are pooled, "
          "as those of cross-validation")
      ->required();
  command
      ->add_option("--reference", options->reference, "The same for the reference; classes and numbers: a studies file or a .tsv")
      ->required()
      ->type_name("DIR|FILE");
  command->add_option("-o,--output", options->output, "x.json, or x.tsv and x.summary.tsv")->type_name("FILE");
  command->add_option("--csv", options->csv, "Table of the cases: a row per case and region, with all metrics")
      ->type_name("FILE");
  command->add_flag("--conventions", options->conventions, "Print what the figures mean, below them");
  command
      ->add_option("--compare", options->compared, "A second set of predictions of the same cases; may be repeated, to pool them")
      ->allow_extra_args(false)
      ->type_name("DIR|FILE");
  command->add_option("--table", options->table, "JSON file with labels and regions in nnU-Net's form; default: the studies file")
      ->type_name("FILE");
  const auto settings = std::make_shared<settings::Settings>();
  add_evaluate_settings(*settings, *options);
  add_setting_options(*command, *settings);
  add_common_options(*command, common, {.force = true, .config = true, .threads = true, .seed = true}, settings);
  return {command,
          [options, &common] {
            catch_interrupts();
            check_combination(*options);
            find_tables(*options);
            check_inputs(*options);
            const std::vector<std::filesystem::path> inputs = input_files(*options, common.config);
            for (const std::filesystem::path& file : output_files(*options)) {
              check_output_file(file, common.force, inputs, file.extension() == ".json" ? "{" : "");
            }
            if (!options->csv.empty()) {
              check_output_file(options->csv, common.force, inputs, "case,");
            }
            const metrics::BootstrapOptions bootstrap{.resamples = options->resamples, .seed = common.seed};
            if (options->classification) {
              evaluate_classification(*options, bootstrap);
            } else if (options->regression) {
              evaluate_regression(*options, bootstrap);
            } else {
              evaluate_segmentation(*options, bootstrap, common.thread_count());
            }
          },
          "", settings};
}

} // namespace brainmvp::app
