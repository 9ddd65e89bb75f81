// brainmvp templates: what a pre-training learned of each modality, as NIfTI volumes and pictures.
#include <algorithm>
#include <iostream>
#include <memory>

#include "base/atomic_file.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/own_files.h"
#include "base/text.h"
#include "checkpoint/checkpoint.h"
#include "command.h"
#include "input_kind.h"
#include "objectives/brainmvp/template_export.h"
#include "train/find_checkpoint.h"

namespace brainmvp::app {
namespace {

struct TemplatesOptions {
  std::string run;
  std::string out;
};

std::string remark(const objectives::Template& learned, const std::vector<std::string>& modalities) {
  std::string text = learned.constant() ? "constant at " + shortest(learned.lowest) + ": it never moved"
                                        : "learned values " + shortest(learned.lowest) + " to " + shortest(learned.highest) +
                                              ", stored as 0 to 1";
  if (!modalities.empty() && std::ranges::find(modalities, learned.modality) == modalities.end()) {
    text += "; not among the training's modalities";
  }
  return text;
}

void export_templates(const TemplatesOptions& options, bool force) {
  catch_interrupts(); // in the midst of writing it goes on to the end
  check_input(options.run, {"templates",
                            "a run of pretrain or a checkpoint",
                            {InputKind::kPretraining, InputKind::kFinetuning, InputKind::kCheckpoint, InputKind::kFolder}});
  refuse_output_above(options.out, {options.run});
  refuse_existing_folder(options.out, force);
  const std::filesystem::path file = train::checkpoint_of(options.run);
  const checkpoint::Contents contents = checkpoint::read_contents(file);
  const objectives::TemplateSet set = with_context(file.string(), [&] { return objectives::templates_in(contents); });
  if (!set.has_affine) {
    log::warning(file.string() + ": no template_affine; the volumes get 1 mm voxels in RAS order, centred on the grid");
  }
  AtomicFolder folder(options.out);
  objectives::write_templates(folder.temporary(), set.templates);
  folder.commit();
  std::cout << "templates of " << file.string() << " in " << options.out << "\n";
  for (const objectives::Template& learned : set.templates) {
    std::cout << learned.modality << ".nii.gz: " << remark(learned, set.modalities) << "\n";
  }
  std::cout
      << "beside each that was learned a picture, such as flair.png: axial, coronal and sagittal middle slices, black to white "
         "percentiles 1 to 99.5; the left of the picture is the patient's left\n";
}

} // namespace

Command add_templates(CLI::App& program, CommonOptions& common) {
  CLI::App* command = program.add_subcommand("templates", "Write the learned templates of a run as NIfTI and PNG");
  const auto options = std::make_shared<TemplatesOptions>();
  command->add_option("RUN", options->run, "Folder of a pre-training run, or a checkpoint")->required();
  command->add_option("-o,--output", options->out, "Folder to write")->required()->type_name("DIR");
  add_common_options(*command, common, {.force = true});
  return {command, [options, &common] { export_templates(*options, common.force); }};
}

} // namespace brainmvp::app
