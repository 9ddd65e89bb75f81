#include <charconv>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "base/allocator.h"
#include "base/counted.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/own_files.h"
#include "base/text.h"
#include "command.h"
#include "input_kind.h"
#include "settings_options.h"
#include "simulate/cohort.h"

namespace brainmvp::app {
namespace {

using settings::between;
using settings::Slot;

struct SimulateArguments {
  std::string output;
  std::size_t studies = 8;
  std::string layout = "bids";
  std::string anatomy = std::string(simulate::kShippedAnatomy);
  std::vector<std::string> heads;
  std::vector<std::string> pathologies;
  std::vector<std::string> modalities;
  double voxel_mm = 1;
  double missing_rate = 0;
  double share_3t = 0.7;
  std::string skull = "layout";
};

std::string known_layouts() {
  std::string text = "Data set whose tree is written, also by the name of index's layout";
  for (const simulate::CohortLayout& layout : simulate::cohort_layouts()) {
    text += "\n" + std::string(layout.name) + ": " + std::string(layout.description);
  }
  return text;
}

std::string known_pathologies() {
  std::vector<std::string> names(simulate::kPathologyNames.begin(), simulate::kPathologyNames.end());
  return "Instead of the layout's own, in turn: " + join(names, ", ");
}

std::size_t head_number(const std::string& word) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error != std::errc() || end != word.data() + word.size()) {
    throw Error(ExitCode::kUsage, "--heads " + word + ": expected numbers such as 1,2,3");
  }
  return number;
}

simulate::CohortOptions options_of(const SimulateArguments& arguments, const CommonOptions& common) {
  simulate::CohortOptions options{.output = arguments.output,
                                  .studies = arguments.studies,
                                  .layout = arguments.layout,
                                  .anatomy = arguments.anatomy,
                                  .voxel_mm = arguments.voxel_mm,
                                  .missing_rate = arguments.missing_rate,
                                  .share_3t = arguments.share_3t,
                                  .skull = arguments.skull == "keep"    ? simulate::Skull::kKeep
                                           : arguments.skull == "strip" ? simulate::Skull::kStrip
                                                                        : simulate::Skull::kOfLayout,
                                  .seed = common.seed,
                                  .threads = common.thread_count()};
  for (const std::string& name : arguments.pathologies) {
    options.pathologies.push_back(simulate::pathology_named(name));
  }
  for (const std::string& number : arguments.heads) {
    options.heads.push_back(head_number(number));
  }
  for (const std::string& name : arguments.modalities) {
    options.modalities.push_back(simulate::modality_named(name));
  }
  return options;
}

void run_simulate(const SimulateArguments& arguments, const CommonOptions& common) {
  const simulate::CohortOptions options = options_of(arguments, common);
  const simulate::CohortLayout& layout = simulate::cohort_layout(options.layout);
  std::vector<std::filesystem::path> inputs;
  if (arguments.anatomy != simulate::kShippedAnatomy && arguments.anatomy != simulate::kDrawnAnatomy) {
    check_input(arguments.anatomy, {"--anatomy", "a folder of label maps", {InputKind::kFolder}});
    inputs.emplace_back(arguments.anatomy);
  }
  refuse_output_above(options.output, inputs);
  refuse_existing_folder(options.output, common.force);
  catch_interrupts();
  keep_freed_memory(); // every image takes the same large blocks
  const simulate::CohortSummary made = simulate::simulate_cohort(options);
  std::cout << counted(made.studies, "study") << " (" << layout.name << "), " << counted(made.images, "image") << ", "
            << counted(made.labels, "label map");
  if (made.left_out > 0) {
    std::cout << ", " << counted(made.left_out, "image") << " left out";
  }
  std::cout << ", written to " << arguments.output << "\nnext: brainmvp index " << arguments.output << " -o studies.json\n";
}

void add_simulate_settings(settings::Settings& settings, SimulateArguments& arguments) {
  settings.add("simulate",
               {{.name = "studies",
                 .slot = arguments.studies,
                 .help = "Number of studies",
                 .range = between(1, 100000),
                 .placeholder = "N"},
                {.name = "layout", .slot = arguments.layout, .help = known_layouts(), .placeholder = "NAME"},
                {.name = "anatomy",
                 .slot = arguments.anatomy,
                 .help = "Where heads come from: shipped (the program's own label maps), drawn (a schematic head with other "
                         "folds in each person), or a folder of label maps with FreeSurfer numbers",
                 .placeholder = "DIR"},
                {.name = "heads",
                 .slot = Slot(arguments.heads).given_as(settings::Words::kAny),
                 .help = "Only these of the label maps, by number in the order of their names: 1,2,3",
                 .placeholder = "N"},
                {.name = "pathology",
                 .slot = Slot(arguments.pathologies).given_as(settings::Words::kAny),
                 .help = known_pathologies(),
                 .placeholder = "NAME"},
                {.name = "modalities",
                 .slot = Slot(arguments.modalities).given_as(settings::Words::kAny),
                 .help = "Only these of the layout's modalities",
                 .placeholder = "NAME"},
                {.name = "voxel",
                 .slot = arguments.voxel_mm,
                 .help = "No grid is finer than this, mm; 4 makes small heads for trials",
                 .range = between(0.5, 10),
                 .placeholder = "MM"},
                {.name = "missing",
                 .slot = arguments.missing_rate,
                 .help = "Share of the images that are left out, as in real sets; one of a study stays",
                 .range = between(0, 1),
                 .placeholder = "RATE"},
                {.name = "share_3t",
                 .slot = arguments.share_3t,
                 .help = "Share of scanners of 3 T; the others have 1.5 T",
                 .range = between(0, 1),
                 .placeholder = "RATE"},
                {.name = "skull",
                 .slot = Slot(arguments.skull).one_of({"layout", "keep", "strip"}),
                 .help = "keep, strip, or as the layout's data set has it"}});
}

} // namespace

Command add_simulate(CLI::App& program, CommonOptions& common) {
  CLI::App* command = program.add_subcommand("simulate", "Make a cohort of heads from MR physics, in the tree of a data set");
  const auto arguments = std::make_shared<SimulateArguments>();
  command->add_option("-o,--output", arguments->output, "Folder to write")->required()->type_name("DIR");
  const auto settings = std::make_shared<settings::Settings>();
  add_simulate_settings(*settings, *arguments);
  add_setting_options(*command, *settings);
  add_common_options(*command, common, {.force = true, .config = true, .threads = true, .seed = true}, settings);
  return {command, [arguments, &common] { run_simulate(*arguments, common); }, "use a smaller --threads", settings};
}

} // namespace brainmvp::app
