#include "study/index.h"

#include <filesystem>
#include <iostream>
#include <memory>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/text.h"
#include "command.h"
#include "index_report.h"
#include "study/layout.h"

namespace brainmvp::app {
namespace {

struct IndexArguments {
  std::vector<std::string> inputs;
  std::string output;
  std::string layout = "auto";
  std::string modalities;
  bool strict = false;
  bool quick = false;
};

std::string layout_help() {
  std::string text = "Layout of the folders: auto, or one of";
  for (const study::Layout& layout : study::layouts()) {
    text += "\n" + std::string(layout.name) + ": " + std::string(layout.description);
  }
  return text;
}

void run_index(const IndexArguments& arguments, const CommonOptions& common) {
  refuse_existing(arguments.output, common.force);
  create_folders(std::filesystem::absolute(arguments.output).parent_path());
  study::IndexOptions options{.inputs = {arguments.inputs.begin(), arguments.inputs.end()},
                              .layouts = {arguments.layout},
                              .depth = arguments.quick ? study::Depth::kHeader : study::Depth::kWhole,
                              .threads = common.thread_count()};
  if (!arguments.modalities.empty()) {
    options.table = study::ModalityTable::with_file(arguments.modalities);
  }
  const study::Index index = study::index_studies(options);
  print_index_report(index, common.verbose, std::cout);
  std::cout.flush();
  if (index.file.studies.empty()) {
    throw Error(ExitCode::kNothingFound, join(arguments.inputs, ", ") + ": no study was found (layout " + arguments.layout +
                                             "); the report says what was skipped and why");
  }
  if (arguments.strict && !index.notices.empty()) {
    throw Error(ExitCode::kBadInput, std::to_string(index.notices.size()) + " errors and warnings under --strict; " +
                                         arguments.output +
                                         " was not written; mend what the report names, or leave --strict out");
  }
  study::write_studies_file(arguments.output, index.file);
  std::cout << "written to " << arguments.output << "\n";
}

} // namespace

Command add_index(CLI::App& program, CommonOptions& common) {
  auto arguments = std::make_shared<IndexArguments>();
  CLI::App* command = program.add_subcommand("index", "Find, name and check the studies below folders; write a studies file");
  command->add_option("DIR", arguments->inputs, "Folders of images, or studies files (MONAI datalists) to be checked")
      ->required();
  command->add_option("-o,--output", arguments->output, "Studies file to write (JSON)")->required()->type_name("FILE");
  command->add_option("--layout", arguments->layout, layout_help())->group("index")->capture_default_str()->type_name("NAME");
  command->add_option("--modalities", arguments->modalities, "TOML file with more names of modalities, labels and files to skip")
      ->group("index")
      ->type_name("FILE");
  command->add_flag("--strict", arguments->strict, "Refuse, with exit code 4, when there is any error or warning")
      ->group("index");
  command
      ->add_flag("--quick", arguments->quick,
                 "Read headers only: damage in compressed files, empty images and label values are not noticed")
      ->group("index");
  add_common_options(*command, common, {.force = true, .config = true, .threads = true});
  return {command, [arguments, &common] { run_index(*arguments, common); }};
}

} // namespace brainmvp::app
