#include "base/error.h"
#include "base/machine.h"
#include "command.h"
#include "settings_options.h"

namespace brainmvp::app {

using settings::Slot;

std::size_t CommonOptions::thread_count() const { return threads > 0 ? threads : processor_count(); }

std::shared_ptr<settings::Settings> add_common_options(CLI::App& command, CommonOptions& common, const CommonSet& set,
                                                       std::shared_ptr<settings::Settings> settings) {
  command.add_flag("-q,--quiet", common.quiet, "Show warnings and errors only")->group("Messages");
  command.add_flag("-v,--verbose", common.verbose, "Show more of what is done")->group("Messages");
  if (set.force) {
    command.add_flag("-f,--force", common.force, "Replace an output that exists")->group("Output");
  }
  if (set.config) {
    command.add_option("--config", common.config, "TOML file with options; the command line wins")
        ->group("Output")
        ->type_name("FILE");
  }
  if (set.threads) {
    settings->add("run", {{.name = "threads", .slot = common.threads, .help = "Threads to use; 0 is one per core"}});
  }
  if (set.seed) {
    settings->add("run", {{.name = "seed", .slot = common.seed, .help = "Random seed"}});
  }
  if (set.device) {
    settings->add(
        "run",
        {{.name = "device", .slot = common.device, .help = "cpu, cuda, cuda:N, or auto: a GPU if there is one"},
         {.name = "precision",
          .slot = Slot(common.precision).one_of({"fp32", "tf32", "bf16", "auto"}),
          .help = "Number format of the network; auto: bf16 if the device has it; tf32: fp32 with products of 10 bits on a GPU, "
                  "faster and less exact"},
         {.name = "kernels",
          .slot = Slot(common.kernels).one_of({"fused", "aten"}),
          .help = "fused, or aten: ATen's operators one by one, the slow reference"}});
  }
  add_setting_options(command, *settings);
  return settings;
}

std::string canonical_modality(const std::string& option, const std::string& name, const study::ModalityTable& table) {
  const auto found = table.canonical(name);
  if (!found) {
    throw Error(ExitCode::kUsage, option + " " + name + ": is no known modality");
  }
  return *found;
}

} // namespace brainmvp::app
