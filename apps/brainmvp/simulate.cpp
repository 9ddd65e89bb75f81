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
#include "simulate/cohort.h"

namespace brainmvp::app {
namespace {

struct SimulateArguments {
  std::string output;
  std::size_t studies = 8;
  std::string layout = "bids";
  std::string anatomy;
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
  for (const std::string& name : arguments.modalities) {
    options.modalities.push_back(simulate::modality_named(name));
  }
  return options;
}

void run_simulate(const SimulateArguments& arguments, const CommonOptions& common) {
  const simulate::CohortOptions options = options_of(arguments, common);
  const simulate::CohortLayout& layout = simulate::cohort_layout(options.layout);
  if (!arguments.anatomy.empty()) {
    check_input(arguments.anatomy, {"--anatomy", "a folder of label maps", {InputKind::kFolder}});
  }
  refuse_output_above(options.output, {options.anatomy});
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

} // namespace

Command add_simulate(CLI::App& program, CommonOptions& common) {
  CLI::App* command = program.add_subcommand("simulate", "Make a cohort of heads from MR physics, in the tree of a data set");
  const auto arguments = std::make_shared<SimulateArguments>();
  command->add_option("-o,--output", arguments->output, "Folder to write")->required()->type_name("DIR");
  const auto add = [command](const std::string& name, auto& value, const std::string& help) {
    return command->add_option(name, value, help)->group("simulate")->capture_default_str();
  };
  add("--studies", arguments->studies, "Number of studies")->type_name("N")->check(CLI::Range(1, 100000));
  add("--layout", arguments->layout, known_layouts())->type_name("NAME");
  add("--anatomy", arguments->anatomy, "Folder of label maps with FreeSurfer numbers; otherwise the built-in head")
      ->type_name("DIR");
  add("--pathology", arguments->pathologies, known_pathologies())->type_name("NAME")->delimiter(',');
  add("--modalities", arguments->modalities, "Only these of the layout's modalities")->type_name("NAME")->delimiter(',');
  add("--voxel", arguments->voxel_mm, "No grid is finer than this, mm; 4 makes small heads for trials")
      ->type_name("MM")
      ->check(CLI::Range(0.5, 10.0));
  add("--missing", arguments->missing_rate, "Share of the images that are left out, as in real sets; one of a study stays")
      ->type_name("RATE")
      ->check(CLI::Range(0.0, 1.0));
  add("--share-3t", arguments->share_3t, "Share of scanners of 3 T; the others have 1.5 T")
      ->type_name("RATE")
      ->check(CLI::Range(0.0, 1.0));
  add("--skull", arguments->skull, "keep, strip, or as the layout's data set has it")
      ->check(CLI::IsMember({"layout", "keep", "strip"}));
  add_common_options(*command, common, {.force = true, .config = true, .threads = true, .seed = true});
  return {command, [arguments, &common] { run_simulate(*arguments, common); }, "use a smaller --threads"};
}

} // namespace brainmvp::app
