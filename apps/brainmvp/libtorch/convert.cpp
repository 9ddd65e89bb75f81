// brainmvp convert: weights between .pt and .safetensors.
#include "checkpoint/convert.h"

#include <iostream>
#include <memory>

#include "base/atomic_file.h"
#include "base/counted.h"
#include "base/interrupt.h"
#include "base/output_target.h"
#include "base/text.h"
#include "command.h"
#include "input_kind.h"
#include "output_file.h"

namespace brainmvp::app {
namespace {

struct ConvertOptions {
  std::string in;
  std::string out;
};

void convert(const ConvertOptions& options, bool force) {
  catch_interrupts(); // in the midst of writing it goes on to the end
  check_input(options.in, {"convert", "a checkpoint, such as RUN/checkpoints/last.pt", {InputKind::kCheckpoint}});
  checkpoint::check_conversion(options.in, options.out);
  check_output_file(options.out, force, {options.in}, "");
  create_folders(std::filesystem::absolute(output_target(options.out).path).parent_path());
  const checkpoint::Conversion done = checkpoint::convert(options.in, options.out);
  std::cout << "wrote " << options.out << "\n"
            << "kept: " << counted(done.tensors, "tensor") << " (" << human_bytes(done.bytes) << ")\n";
  if (!done.metadata.empty()) {
    std::cout << "kept: " << join(done.metadata, ", ") << "\n";
  }
  for (const std::string& entry : done.dropped) {
    std::cout << "dropped: " << entry << "\n";
  }
}

} // namespace

Command add_convert(CLI::App& program, CommonOptions& common) {
  CLI::App* command = program.add_subcommand("convert", "Convert the weights of a checkpoint between .pt and .safetensors");
  const auto options = std::make_shared<ConvertOptions>();
  command->add_option("IN", options->in, "Checkpoint to read: .pt, .pth or .safetensors")->required();
  command->add_option("OUT", options->out, "File to write; its extension says the format")->required();
  add_common_options(*command, common, {.force = true});
  return {command, [options, &common] { convert(*options, common.force); }};
}

} // namespace brainmvp::app
