// How a command joins the program: it adds a CLI11 subcommand with its options and says what to run.
//
// Options that are settings (settings/settings.h) can also stand in the TOML file given with --config, in the table that the help
// groups them by, with "_" for "-": `--batch-size` of the group "train" is `batch_size` in [train]. The command line wins.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "numbers.h"
#include "settings/settings.h"
#include "study/modality.h"

namespace brainmvp::app {

// Options that many commands share.
struct CommonOptions {
  bool force = false;
  bool quiet = false;
  bool verbose = false;
  std::string config;
  std::size_t threads = 0; // 0: all processors
  std::uint64_t seed = 0;
  std::string device = "auto"; // resolved by the commands before it is recorded
  std::string precision = "auto";
  std::string kernels = "fused";

  // `threads`, or the number of processors when that is 0.
  [[nodiscard]] std::size_t thread_count() const;
};

struct Command {
  CLI::App* app = nullptr;
  std::function<void()> run;                         // throws Error, and what the libraries throw
  std::string less_memory = {};                      // what to do when there is not enough, for the message
  std::shared_ptr<settings::Settings> settings = {}; // those of its options that may stand in a file
};

// Which shared options a command takes besides --quiet and --verbose, which all do.
struct CommonSet {
  bool force = false;
  bool config = false;
  bool threads = false;
  bool seed = false;
  bool device = false; // --device, --precision and --kernels
};
// Adds the settings among them to the command's, and gives those.
std::shared_ptr<settings::Settings>
add_common_options(CLI::App& command, CommonOptions& common, const CommonSet& set,
                   std::shared_ptr<settings::Settings> settings = std::make_shared<settings::Settings>());

// The canonical name of a modality that an option names. Throws Error(kUsage) when the table does not know it.
std::string canonical_modality(const std::string& option, const std::string& name, const study::ModalityTable& table);

Command add_simulate(CLI::App& program, CommonOptions& common);
Command add_index(CLI::App& program, CommonOptions& common);
Command add_register(CLI::App& program, CommonOptions& common);
Command add_prepare(CLI::App& program, CommonOptions& common);
Command add_pretrain(CLI::App& program, CommonOptions& common);
std::vector<Command> add_finetune(CLI::App& program, CommonOptions& common); // segment and classify
Command add_predict(CLI::App& program, CommonOptions& common);
Command add_templates(CLI::App& program, CommonOptions& common);
Command add_bench(CLI::App& program, CommonOptions& common);
Command add_convert(CLI::App& program, CommonOptions& common);
Command add_export(CLI::App& program, CommonOptions& common);
Command add_inspect(CLI::App& program, CommonOptions& common);
Command add_evaluate(CLI::App& program, CommonOptions& common);
Command add_report(CLI::App& program, CommonOptions& common);
Command add_benchmark(CLI::App& program, CommonOptions& common);

} // namespace brainmvp::app
