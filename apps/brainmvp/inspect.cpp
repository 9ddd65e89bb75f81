#include "inspect.h"

#include <iostream>
#include <memory>
#include <string>

#include "command.h"
#include "input_kind.h"
#include "io/image_file.h"
#include "with_torch.h"

namespace brainmvp::app {
namespace {

struct InspectOptions {
  std::string path;
  bool label = false;
};

void inspect(const InspectOptions& options) {
  const std::filesystem::path path(options.path);
  if (inspects_store(path)) {
    inspect_store(path);
  } else if (std::error_code ignored; io::has_image_extension(path) && !std::filesystem::is_directory(path, ignored)) {
    inspect_image(path, options.label);
  } else if constexpr (!kHasTorch) {
    become_program_with_torch();
  } else if (inspects_checkpoint(path)) {
    inspect_checkpoint(path);
  } else if (inspects_run(path)) {
    inspect_run(path);
  } else {
    check_input(path, {"inspect", "an image, a checkpoint, a store or a run", {InputKind::kImage}});
    inspect_image(path, options.label);
  }
}

} // namespace

void print_entry(std::string key, const std::string& value) {
  key.resize(13, ' ');
  std::cout << key << value << '\n';
}

Command add_inspect(CLI::App& program, CommonOptions& common) {
  CLI::App* command = program.add_subcommand("inspect", "Describe an image, a checkpoint, a store or a run, read to its end");
  const auto options = std::make_shared<InspectOptions>();
  command->add_option("file", options->path, "Image (NIfTI, MGH, NRRD, MetaImage), checkpoint (.pt, .safetensors), store or run")
      ->required();
  command->add_flag("--label", options->label, "The image is a label map: whole numbers, listed with their voxels");
  add_common_options(*command, common, {});
  command->footer("Ends with 0 when the file can be used, and with 4 when it cannot, which also holds for a missing file.");
  return {command, [options] { inspect(*options); }};
}

} // namespace brainmvp::app
