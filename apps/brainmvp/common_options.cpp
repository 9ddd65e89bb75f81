#include "base/error.h"
#include "base/machine.h"
#include "command.h"

namespace brainmvp::app {

std::size_t CommonOptions::thread_count() const { return threads > 0 ? threads : processor_count(); }

void add_common_options(CLI::App& command, CommonOptions& common, const CommonSet& set) {
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
    command.add_option("--threads", common.threads, "Threads to use; 0 is one a processor")->group("run")->capture_default_str();
  }
  if (set.seed) {
    command.add_option("--seed", common.seed, "Start of all random streams")->group("run")->capture_default_str();
  }
  if (set.device) {
    command.add_option("--device", common.device, "cpu, cuda or cuda:N")->group("run")->capture_default_str();
    command.add_option("--precision", common.precision, "fp32, bf16 or auto")
        ->group("run")
        ->capture_default_str()
        ->check(CLI::IsMember({"fp32", "bf16", "auto"}));
    command.add_option("--kernels", common.kernels, "fused, or aten: ATen's operators one by one, the slow reference")
        ->group("run")
        ->capture_default_str()
        ->check(CLI::IsMember({"fused", "aten"}));
  }
}

std::string canonical_modality(const std::string& option, const std::string& name, const study::ModalityTable& table) {
  const auto found = table.canonical(name);
  if (!found) {
    throw Error(ExitCode::kUsage, option + " " + name + ": is no known modality");
  }
  return *found;
}

image::Size size_of(const std::string& option, const std::vector<std::size_t>& sides) {
  if (sides.size() == 2) {
    throw Error(ExitCode::kUsage, option + ": expected one number, or three for i, j and k");
  }
  return sides.size() == 1 ? image::Size{sides[0], sides[0], sides[0]} : image::Size{sides.at(0), sides.at(1), sides.at(2)};
}

std::vector<std::string> texts_of(const image::Size& size) {
  return {std::to_string(size[0]), std::to_string(size[1]), std::to_string(size[2])};
}

} // namespace brainmvp::app
