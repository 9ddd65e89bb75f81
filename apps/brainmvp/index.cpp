#include "study/index.h"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <set>

#include "base/atomic_file.h"
#include "base/counted.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/output_target.h"
#include "base/text.h"
#include "command.h"
#include "index_report.h"
#include "input_kind.h"
#include "output_file.h"
#include "settings_options.h"
#include "study/anonymise.h"
#include "study/layout.h"
#include "study/splits.h"

namespace brainmvp::app {
namespace {

using settings::Slot;

struct IndexArguments {
  std::vector<std::string> inputs;
  std::string output;
  std::string layout = "auto";
  std::string modalities;
  std::vector<std::string> patterns;
  std::vector<std::string> label_words;
  std::string task;
  std::string classes_from;
  std::string key_file;
  std::optional<int> folds;
  std::string split;
  bool strict = false;
  bool quick = false;
  bool unlabelled = false;
};

std::string layout_help() {
  std::string text = "Layout of the folders: auto, or one of";
  for (const study::Layout& layout : study::layouts()) {
    text += "\n" + std::string(layout.name) + ": " + std::string(layout.description);
  }
  return text;
}

study::IndexOptions options_of(const IndexArguments& arguments, const CommonOptions& common) {
  study::IndexOptions options{.inputs = {arguments.inputs.begin(), arguments.inputs.end()},
                              .layouts = {arguments.layout},
                              .depth = arguments.quick ? study::Depth::kHeader : study::Depth::kWhole,
                              .threads = common.thread_count(),
                              .unlabelled = arguments.unlabelled,
                              .classes_from = arguments.classes_from,
                              .shares = arguments.split,
                              .seed = common.seed};
  if (!arguments.task.empty()) {
    options.task = study::task(arguments.task);
  }
  options.folds = arguments.folds;
  if (!arguments.modalities.empty()) {
    options.table = study::ModalityTable::with_file(arguments.modalities);
  }
  for (const std::string& word : arguments.label_words) {
    options.table.add_label_word(word);
  }
  for (const std::string& pattern : arguments.patterns) {
    options.table.add_pattern(pattern);
  }
  return options;
}

void refuse_what_was_found(const study::Index& index, const study::IndexOptions& options, const IndexArguments& arguments) {
  if (index.file.studies.empty()) {
    const std::string layout = arguments.task.empty() ? "layout " + arguments.layout
                                                      : "task " + arguments.task + ", whose data set comes as " +
                                                            study::described_layouts(options.task->layouts);
    throw Error(ExitCode::kNothingFound,
                join(arguments.inputs, ", ") + ": no study was found (" + layout + "); the report says what was skipped and why");
  }
  if (!arguments.task.empty() && index.undeclared_labels > 0) {
    throw Error(ExitCode::kBadInput, counted(index.undeclared_labels, "label map holds", "label maps hold") +
                                         " values that task " + arguments.task +
                                         " does not declare (the report names file, value and voxels); " + arguments.output +
                                         " was not written; choose the task of this edition, or mend or remove the files");
  }
  const bool labels_needed = options.task && options.task->needs_labels() && !options.unlabelled;
  const auto labelled = [](const study::Study& one) { return one.label.has_value(); };
  if (labels_needed && std::ranges::none_of(index.file.studies, labelled)) {
    throw Error(ExitCode::kBadInput, "task " + arguments.task + ": no label map is left (the report says why); " +
                                         arguments.output + " was not written; mend them, or pass --unlabelled");
  }
  if (arguments.strict && !index.notices.empty()) {
    throw Error(ExitCode::kBadInput, counted(index.notices.size(), "error or warning", "errors and warnings") +
                                         " under --strict; " + arguments.output +
                                         " was not written; mend what the report names, or leave --strict out");
  }
}

study::StudiesFile anonymous(const study::StudiesFile& file, const IndexArguments& arguments) {
  const std::filesystem::path output = arguments.output;
  return study::anonymise(file, output.parent_path() / (output.stem().string() + "_files"),
                          study::Pseudonyms(arguments.key_file));
}

// "split with seed 1: 80 training, 10 validation, 10 test studies of 80, 10, 10 patients".
std::string split_text(const study::StudiesFile& file, std::uint64_t seed) {
  std::vector<std::string> parts;
  for (const study::Split part : {study::Split::kTraining, study::Split::kValidation, study::Split::kTest}) {
    std::set<std::string> patients;
    std::size_t studies = 0;
    for (const study::Study& one : file.studies) {
      if (one.split == part) {
        ++studies;
        patients.insert(study::patient_of(one));
      }
    }
    parts.push_back(study::split_name(part) + " " + counted(studies, "study") + " of " + counted(patients.size(), "patient"));
  }
  return "split by patient with seed " + std::to_string(seed) + ": " + join(parts, ", ");
}

void run_index(const IndexArguments& arguments, const CommonOptions& common) {
  catch_interrupts();
  if (!arguments.split.empty()) {
    (void)study::parse_shares(arguments.split); // refuses it before the files are read
  }
  const study::IndexOptions options = options_of(arguments, common);
  for (const std::string& input : arguments.inputs) {
    check_input(
        input,
        {"index", "folders of images and studies files", {InputKind::kFolder, InputKind::kPredictions, InputKind::kStudiesFile}});
  }
  check_output_file(arguments.output, common.force, {arguments.inputs.begin(), arguments.inputs.end()}, "{");
  create_folders(std::filesystem::absolute(output_target(arguments.output).path).parent_path());
  const study::Index index = study::index_studies(options);
  std::ostream& words = words_beside(arguments.output);
  print_index_report(index, common.verbose, words);
  words.flush();
  refuse_what_was_found(index, options, arguments);
  study::write_studies_file(arguments.output, arguments.key_file.empty() ? index.file : anonymous(index.file, arguments));
  if (!arguments.split.empty()) {
    words << split_text(index.file, common.seed) << "\n";
  }
  words << "written to " << arguments.output << "\n";
}

void add_index_settings(settings::Settings& settings, IndexArguments& arguments) {
  settings.add(
      "index",
      {{.name = "layout", .slot = arguments.layout, .help = layout_help(), .placeholder = "NAME"},
       {.name = "task",
        .slot = arguments.task,
        .help = "Layout, labels, classes and folds of a task: " + join(study::task_names(), ", ") + ", or a .toml file",
        .placeholder = "NAME|FILE",
        .excludes = "layout"},
       {.name = "classes_from",
        .slot = arguments.classes_from,
        .help = "Classes from a column of a .tsv or .csv file; without KEYCOLUMN the column with the studies' names is found",
        .placeholder = "FILE:COLUMN[:KEYCOLUMN]"},
       {.name = "folds",
        .slot = arguments.folds,
        .help = "Write K cross-validation folds by patient, the classes shared alike; 0: none; default: those of --task",
        .range = settings::at_least(0),
        .placeholder = "K"},
       {.name = "split",
        .slot = arguments.split,
        .help = "Write lists for training, validation and test by patient, in percent, as 80/10/10: the classes shared alike",
        .placeholder = "A/B/C"},
       {.name = "modalities",
        .slot = arguments.modalities,
        .help = "TOML file with more names of modalities, labels and files to skip",
        .placeholder = "FILE"},
       {.name = "pattern",
        .slot = Slot(arguments.patterns).given_as(settings::Words::kRepeated),
        .help = "What files are whose name or path fits a glob, whatever else it says: a modality, label or skip; 't1=*mprage*'",
        .placeholder = "NAME=GLOB"},
       {.name = "label_word",
        .slot = Slot(arguments.label_words).given_as(settings::Words::kRepeated),
        .help = "A word at the end of a file's name that names label maps",
        .placeholder = "WORD"},
       {.name = "unlabelled",
        .slot = arguments.unlabelled,
        .help = "Take a segmentation --task also where no study has a label map"},
       {.name = "strict", .slot = arguments.strict, .help = "Refuse, with exit code 4, when there is any error or warning"},
       {.name = "quick",
        .slot = arguments.quick,
        .help = "Read headers only: damage in compressed files, empty images and label values are not noticed"}});
}

} // namespace

Command add_index(CLI::App& program, CommonOptions& common) {
  auto arguments = std::make_shared<IndexArguments>();
  CLI::App* command = program.add_subcommand("index", "Find, name and check the studies below folders; write a studies file");
  command->add_option("DIR", arguments->inputs, "Folders of images, or studies files (MONAI datalists) to be checked")
      ->required();
  command->add_option("-o,--output", arguments->output, "Studies file to write (JSON)")->required()->type_name("FILE");
  command
      ->add_option(
          "--anonymise", arguments->key_file,
          "Write hashes for the names of studies, patients and files; FILE holds their secret key, and is made when it is "
          "missing. The images are reached through links beside the output")
      ->type_name("FILE");
  const auto settings = std::make_shared<settings::Settings>();
  add_index_settings(*settings, *arguments);
  add_setting_options(*command, *settings);
  add_common_options(*command, common, {.force = true, .config = true, .threads = true, .seed = true}, settings);
  return {command, [arguments, &common] { run_index(*arguments, common); }, "use a smaller --threads", settings};
}

} // namespace brainmvp::app
