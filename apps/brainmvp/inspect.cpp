#include "inspect.h"

#include <memory>
#include <string>

#include "base/error.h"
#include "command.h"

namespace brainmvp::app {
namespace {

struct InspectOptions {
  std::string path;
  bool label = false;
};

void inspect(const InspectOptions& options) {
  const std::filesystem::path path(options.path);
  if (inspects_checkpoint(path)) {
    inspect_checkpoint(path);
  } else if (inspects_store(path)) {
    inspect_store(path);
  } else if (inspects_run(path)) {
    inspect_run(path);
  } else if (std::error_code ignored; std::filesystem::is_directory(path, ignored)) {
    throw Error(ExitCode::kBadInput, options.path + ": is a folder, but neither a store (it has no store.json) nor a run (it has "
                                                    "no config.toml); give an image, a checkpoint, a store or a run");
  } else {
    inspect_image(path, options.label);
  }
}

} // namespace

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
