#include "evaluate.h"

#include <memory>

#include "base/error.h"
#include "base/interrupt.h"
#include "command.h"
#include "input_kind.h"
#include "output_file.h"

namespace brainmvp::app {
namespace {

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

void check_inputs(const EvaluateOptions& options) {
  const ExpectedInput predictions =
      options.of_tables()
          ? ExpectedInput{options.classification ? "evaluate --classification" : "evaluate --regression",
                          "the predictions.tsv of the folder that predict wrote",
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
  check_input(options.predictions, predictions);
  check_input(options.reference, reference);
  for (const std::string& other : {options.compared, options.table}) {
    if (!other.empty()) {
      check_input(other, other == options.table ? ExpectedInput{"--table", "a JSON file with labels", {InputKind::kStudiesFile}}
                                                : predictions);
    }
  }
  if (kind_of(options.predictions) == InputKind::kStudiesFile && kind_of(options.reference) == InputKind::kPredictions) {
    throw Error(ExitCode::kUsage,
                "the predictions stand first, and --reference names what they are compared with; next: brainmvp "
                "evaluate " +
                    options.reference + " --reference " + options.predictions);
  }
}

void add_segmentation_options(CLI::App& command, EvaluateOptions& options) {
  command.add_option("--table", options.table, "JSON file with labels and regions in nnU-Net's form; default: the studies file")
      ->type_name("FILE");
  command.add_option("--labels", options.choice.labels, "Names or values of the labels to evaluate, each as a region")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("LABEL,...")
      ->group("evaluate");
  command.add_option("--region", options.choice.regions, "A region of the table, or NAME=VALUE,...; may be repeated")
      ->allow_extra_args(false)
      ->type_name("NAME[=VALUE,...]")
      ->group("evaluate");
  command.add_flag("--allow-missing", options.allow_missing, "Count a case without a prediction as the worst")->group("evaluate");
  command.add_option("--tolerance-mm", options.segmentation.tolerance_mm, "Tolerance of the surface Dice")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str()
      ->group("evaluate");
  command
      .add_option("--lesion-iou", options.segmentation.lesions.min_iou,
                  "Least intersection over union of lesions that match; 0 is any shared voxel")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str()
      ->group("evaluate");
  command.add_option("--min-lesion-mm3", options.segmentation.lesions.min_volume_mm3, "Smaller lesions are not counted")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str()
      ->group("evaluate");
}

} // namespace

Command add_evaluate(CLI::App& program, CommonOptions& common) {
  CLI::App* command = program.add_subcommand("evaluate", "Compare predictions with references: metrics, intervals, paired tests");
  const auto options = std::make_shared<EvaluateOptions>();
  command
      ->add_option("PREDICTIONS", options->predictions,
                   "Folder of label maps, studies file or label map; a .tsv of probabilities or numbers")
      ->required();
  command
      ->add_option("--reference", options->reference, "The same for the reference; classes and numbers: a studies file or a .tsv")
      ->required()
      ->type_name("DIR|FILE");
  command->add_option("-o,--output", options->output, "x.json, or x.tsv and x.summary.tsv")->type_name("FILE");
  command->add_option("--compare", options->compared, "A second set of predictions of the same cases")->type_name("DIR|FILE");
  command->add_option("--split", options->splits, "Only these lists of a studies file")
      ->check(CLI::IsMember({"training", "validation", "test"}))
      ->delimiter(',')
      ->allow_extra_args(false)
      ->group("evaluate");
  CLI::Option* classification =
      command->add_flag("--classification", options->classification, "Evaluate class probabilities")->group("evaluate");
  command->add_flag("--regression", options->regression, "Evaluate predicted numbers")
      ->excludes(classification)
      ->group("evaluate");
  command->add_option("--targets-from", options->targets_from, "Columns of a table with the numbers of a studies file's studies")
      ->type_name("FILE:COLUMN[,COLUMN...][:KEYCOLUMN]")
      ->group("evaluate");
  add_segmentation_options(*command, *options);
  command->add_option("--calibration-bins", options->classes.calibration_bins, "Bins of the calibration error")
      ->check(CLI::PositiveNumber)
      ->capture_default_str()
      ->group("evaluate");
  command->add_option("--bootstrap", options->resamples, "Resamples of the 95% intervals")
      ->check(CLI::PositiveNumber)
      ->capture_default_str()
      ->group("evaluate");
  add_common_options(*command, common, {.force = true, .config = true, .threads = true, .seed = true});
  return {command, [options, &common] {
            catch_interrupts();
            check_combination(*options);
            check_inputs(*options);
            for (const std::filesystem::path& file : output_files(*options)) {
              check_output_file(file, common.force, {options->predictions, options->reference, options->compared, options->table},
                                file.extension() == ".json" ? "{" : "");
            }
            const metrics::BootstrapOptions bootstrap{.resamples = options->resamples, .seed = common.seed};
            if (options->classification) {
              evaluate_classification(*options, bootstrap);
            } else if (options->regression) {
              evaluate_regression(*options, bootstrap);
            } else {
              evaluate_segmentation(*options, bootstrap, common.thread_count());
            }
          }};
}

} // namespace brainmvp::app
