// brainmvp predict: label maps, class probabilities or numbers of new images from fine-tuned runs.
#include "infer/predict_run.h"

#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "command.h"
#include "input_kind.h"
#include "runtime/precision.h"
#include "settings_options.h"

namespace brainmvp::app {
namespace {

using settings::Slot;

struct PredictArguments {
  infer::PredictOptions options;
  std::vector<std::string> inputs; // runs, then what to predict
  std::vector<std::string> named;
  std::vector<std::string> splits;
  std::vector<std::string> flips;
  std::string output;
  std::string modalities;
};

study::Split split_of(const std::string& name) {
  for (const study::Split split : {study::Split::kTraining, study::Split::kValidation, study::Split::kTest}) {
    if (study::split_name(split) == name) {
      return split;
    }
  }
  throw Error(ExitCode::kUsage, "--split " + name + ": expected training, validation or test");
}

std::vector<std::int64_t> flip_axes(const std::vector<std::string>& names) {
  static const std::vector<std::string> axis_names{"i", "j", "k"};
  std::vector<std::int64_t> axes;
  for (std::size_t axis = 0; axis < axis_names.size(); ++axis) {
    if (std::ranges::count(names, axis_names[axis]) > 0) {
      axes.push_back(static_cast<std::int64_t>(axis));
    }
  }
  return axes;
}

// The command as the sidecars have it: options that decide the result, no paths.
std::string command_text(const PredictArguments& arguments, const CommonOptions& common) {
  const infer::PredictOptions& options = arguments.options;
  std::string text = "brainmvp predict";
  for (std::size_t i = 0; i < options.models.size(); ++i) {
    text += " RUN";
  }
  text += " INPUT -o DIR --overlap " + shortest(options.overlap) + " --blending " + options.blending;
  text += options.input.only.empty() ? "" : " --only " + join(options.input.only, ",");
  text += options.input.reference.empty() ? "" : " --reference " + options.input.reference;
  text += arguments.flips.empty() ? "" : " --flips " + join(arguments.flips, ",");
  text += options.probabilities ? " --probabilities" : "";
  return text + " --device " + options.device + " --precision " + common.precision;
}

void sort_inputs(PredictArguments& arguments) {
  for (const std::string& input : arguments.inputs) {
    check_input(input, {"predict",
                        "runs of finetune, and images, folders of images or a studies file",
                        {InputKind::kPretraining, InputKind::kFinetuning, InputKind::kCheckpoint, InputKind::kImage,
                         InputKind::kFolder, InputKind::kPredictions, InputKind::kStudiesFile}});
    if (infer::names_model(input)) {
      arguments.options.models.emplace_back(input);
    } else {
      arguments.options.input.inputs.emplace_back(input);
    }
  }
  if (arguments.options.models.empty()) {
    throw Error(ExitCode::kUsage, "no run among " + join(arguments.inputs, ", ") +
                                      "; name a folder that `brainmvp finetune` wrote, or a checkpoint (.pt); next: brainmvp "
                                      "predict RUN " +
                                      join(arguments.inputs, " ") + " -o " + arguments.output);
  }
}

void sort_named(PredictArguments& arguments) {
  for (const std::string& text : arguments.named) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
      throw Error(ExitCode::kUsage, "--modality " + text + ": expected NAME=FILE, for example t1=scan.nii.gz");
    }
    arguments.options.input.named.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
}

void run_predict(PredictArguments& arguments, const CommonOptions& common) {
  infer::PredictOptions& options = arguments.options;
  sort_inputs(arguments);
  sort_named(arguments);
  std::ranges::transform(arguments.splits, std::back_inserter(options.input.splits), split_of);
  if (!arguments.modalities.empty()) {
    options.input.table = study::ModalityTable::with_file(arguments.modalities);
  }
  if (!options.input.reference.empty()) {
    options.input.reference = canonical_modality("--reference", options.input.reference, options.input.table);
  }
  options.input.threads = common.thread_count();
  options.flips = flip_axes(arguments.flips);
  options.output = arguments.output;
  options.force = common.force;
  options.device = runtime::resolve_device(common.device);
  options.precision = common.precision;
  options.kernels = common.kernels;
  options.threads = common.thread_count();
  options.program_version = BRAINMVP_VERSION;
  options.torch_version = BRAINMVP_TORCH_VERSION;
  options.command = command_text(arguments, common);
  infer::run_prediction(options);
  std::cout << "predictions are in " << options.output.string() << "\n";
}

void add_input_options(CLI::App& command, PredictArguments& arguments) {
  command
      .add_option("RUN", arguments.inputs,
                  "Runs of `brainmvp finetune` or their checkpoints (several are an ensemble), then a studies file, a folder of "
                  "images, or image files, which are one study")
      ->required();
  command.add_option("--modality", arguments.named, "A loose image whose name does not say its modality, as t1=FILE")
      ->allow_extra_args(false)
      ->type_name("NAME=FILE");
  command.add_option("--split", arguments.splits, "Only these studies of a studies file: training, validation, test")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::IsMember({"training", "validation", "test"}));
  command
      .add_option("--fold", arguments.options.input.fold,
                  "Only the studies of this fold of a studies file; a run that was not trained without it is refused")
      ->check(CLI::NonNegativeNumber)
      ->type_name("K");
  command
      .add_option("--only", arguments.options.input.only, "Use only these modalities, as if the others were missing: t1,flair")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("NAME");
  command
      .add_option("--reference", arguments.options.input.reference,
                  "Modality whose grid the output has; without it the label's in a studies file, otherwise the reference of "
                  "the model or of the studies file, otherwise the grid that `prepare` would choose")
      ->type_name("MODALITY");
  command.add_option("--layout", arguments.options.input.layout, "Layout of a folder of images, as for `index`")
      ->capture_default_str();
  command.add_option("--modalities", arguments.modalities, "TOML file with more names of modalities")->type_name("FILE");
  command.add_option("-o,--output", arguments.output, "Folder of the predictions")->required()->type_name("DIR")->group("Output");
  command.add_flag("--resume", arguments.options.resume, "Leave out what the same models have segmented there in the same way")
      ->group("Output");
  command.add_flag("--probabilities", arguments.options.probabilities, "Write the probabilities of each label or region too")
      ->group("Output");
}

void add_predict_settings(settings::Settings& settings, PredictArguments& arguments) {
  infer::PredictOptions& options = arguments.options;
  settings.add("predict",
               {{.name = "overlap", .slot = options.overlap, .help = "Overlap of neighbouring windows, from 0 to below 1"},
                {.name = "blending",
                 .slot = Slot(options.blending).one_of({"constant", "gaussian"}),
                 .help = "Weights of overlapping windows"},
                {.name = "flips",
                 .slot = Slot(arguments.flips).one_of({"i", "j", "k"}),
                 .help = "Mean over all flips along these axes of the RAS grid, as i,j,k"}});
}

} // namespace

Command add_predict(CLI::App& program, CommonOptions& common) {
  CLI::App* command =
      program.add_subcommand("predict", "Segment or classify new images, or predict their numbers, with fine-tuned runs");
  const auto arguments = std::make_shared<PredictArguments>();
  add_input_options(*command, *arguments);
  const auto settings = std::make_shared<settings::Settings>();
  add_predict_settings(*settings, *arguments);
  add_setting_options(*command, *settings);
  add_common_options(*command, common, {.force = true, .config = true, .threads = true, .device = true}, settings);
  command->get_option("--resume")->excludes("--force");
  return {command, [arguments, &common] { run_predict(*arguments, common); }, infer::kLessMemory, settings};
}

} // namespace brainmvp::app
