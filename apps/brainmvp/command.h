// How a command joins the program: it adds a CLI11 subcommand with its options and says what to run.
//
// Options whose group() is a lower-case word can also stand in the TOML file given with --config, in the table of that
// name, with "_" for "-": `--batch-size` of group "train" is `batch_size` in [train]. The command line wins.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "image/affine.h"
#include "numbers.h"
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
  std::string device = "cpu";
  std::string precision = "auto";
  std::string kernels = "fused";

  // `threads`, or the number of processors when that is 0.
  [[nodiscard]] std::size_t thread_count() const;
};

struct Command {
  CLI::App* app = nullptr;
  std::function<void()> run;    // throws Error, and what the libraries throw
  std::string less_memory = {}; // what to do when there is not enough, for the message
};

// Which shared options a command takes besides --quiet and --verbose, which all do.
struct CommonSet {
  bool force = false;
  bool config = false;
  bool threads = false;
  bool seed = false;
  bool device = false; // --device, --precision and --kernels
};
void add_common_options(CLI::App& command, CommonOptions& common, const CommonSet& set);

// CLI11's message, which of a number that cannot be taken says only that it cannot be converted, made complete.
std::string reason_of(const CLI::ParseError& error);

// Sets every option that the command line left out and the file given with --config has.
// A key that an option of the command line excludes is left out too (--steps instead of the file's epochs).
// Throws Error(kUsage) for an unknown table or key, with the nearest known name, and for keys that exclude each other.
void apply_config(CLI::App& command, const std::string& config_file);

// A default that depends on other options (a recipe's): sets option `name` ("--steps") unless the command line or the
// configuration file has set it or one that excludes it.
void set_unless_given(CLI::App& command, const std::string& name, const std::vector<std::string>& values);

// The canonical name of a modality that an option names. Throws Error(kUsage) when the table does not know it.
std::string canonical_modality(const std::string& option, const std::string& name, const study::ModalityTable& table);

// One side for all axes, or three, as the user gives them. Throws Error(kUsage) for two.
image::Size size_of(const std::string& option, const std::vector<std::size_t>& sides);
std::vector<std::string> texts_of(const image::Size& size);

// All options that may stand in a configuration file, with their present values, as TOML.
std::string resolved_config(const CLI::App& command);

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
Command add_inspect(CLI::App& program, CommonOptions& common);
Command add_evaluate(CLI::App& program, CommonOptions& common);
Command add_report(CLI::App& program, CommonOptions& common);

} // namespace brainmvp::app
