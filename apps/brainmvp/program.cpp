#include "program.h"

#include <algorithm>
#include <iostream>
#include <memory>

#include "base/error.h"
#include "base/fault.h"
#include "base/log.h"
#include "command_words.h"
#include "examples.h"
#include "option_names.h"
#include "settings_options.h"
#include "with_torch.h"

namespace brainmvp::app {
namespace {

constexpr const char* kVersion =
    "brainmvp " BRAINMVP_VERSION " (libtorch " BRAINMVP_TORCH_VERSION ", ITK " BRAINMVP_ITK_VERSION ")";

// --help-all lists the options of commands of commands too.
class DeepFormatter : public CLI::Formatter {
public:
  std::string make_subcommands(const CLI::App* app, CLI::AppFormatMode mode) const override {
    return CLI::Formatter::make_subcommands(app, mode == CLI::AppFormatMode::Sub ? CLI::AppFormatMode::All : mode);
  }
};

// In the order of the help.
std::vector<Command> all_commands(CLI::App& program, CommonOptions& common) {
  std::vector<Command> commands;
  const auto add = [&](const auto&... command) { (commands.push_back(command(program, common)), ...); };
  add(add_simulate, add_index, add_register, add_prepare);
  if constexpr (kHasTorch) {
    add(add_pretrain);
    std::ranges::move(add_finetune(program, common), std::back_inserter(commands));
    add(add_predict);
  }
  add(add_evaluate, add_report, add_benchmark);
  if constexpr (kHasTorch) {
    add(add_templates, add_convert);
  }
  add(add_export, add_inspect);
  if constexpr (kHasTorch) {
    add(add_bench);
  }
  return commands;
}

// Such as --seed "$SEED" of a script that does not set SEED, which CLI11 would read as 0.
void refuse_empty_values(const CLI::App& command) {
  for (const CLI::Option* option : command.get_options()) {
    if (std::ranges::count(option->results(), "") > 0) {
      throw Error(ExitCode::kUsage, option->get_name(false, true) + ": its value is empty; give one, or leave the option out");
    }
  }
}

// CLI11's message, which of a number that cannot be taken says only that it cannot be converted, made complete.
std::string reason_of(const CLI::ParseError& error) {
  const bool no_number = error.get_name() == "ConversionError";
  return std::string(error.what()) + (no_number ? ": expected a number in decimal digits, finite and in the option's range" : "");
}

void run_command(const Command& command) {
  try {
    command.run();
  } catch (const std::exception& fault) {
    throw error_of(fault, command.less_memory);
  }
}

} // namespace

Program::Program() : app_("Pre-trains, fine-tunes and runs 3D networks on multi-parametric brain MRI.", "brainmvp") {
  app_.formatter(std::make_shared<DeepFormatter>());
  app_.set_version_flag("--version", kVersion);
  app_.set_help_all_flag("--help-all", "Print the options of all commands");
  app_.require_subcommand(1);
  commands_ = all_commands(app_, common_);
  if constexpr (kHasTorch) { // only that build has all commands
    commands_.push_back(add_completion(app_, common_));
    commands_.push_back(add_manual(app_, common_));
  }
  add_examples(app_);
}

bool Program::has_command(const std::string& name) const {
  return std::ranges::any_of(app_.get_subcommands({}), [&](const CLI::App* one) { return one->get_name() == name; });
}

void Program::run(const std::vector<std::string>& words) {
  const std::vector<std::string> ours = with_our_names(app_, words);
  if (const std::string unknown = unknown_word(app_, ours); !unknown.empty()) {
    throw Error(ExitCode::kUsage, unknown);
  }
  try {
    app_.parse(std::vector<std::string>(ours.rbegin(), ours.rend())); // CLI11 takes them from the end
    run_chosen();
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) {
      throw Error(ExitCode::kUsage, reason_of(error) + "; see " + chosen_command(app_, ours) + " --help");
    }
    app_.exit(error); // prints what --help or --version asked for
  }
}

void Program::run_chosen() const {
  for (const Command& command : commands_) {
    if (command.app->parsed()) {
      refuse_empty_values(*command.app);
      if (command.settings) {
        read_settings(*command.settings, common_.config);
      }
      log::set_level(common_.quiet ? log::Level::kWarning : common_.verbose ? log::Level::kDebug : log::Level::kInfo);
      run_command(command);
    }
  }
}

} // namespace brainmvp::app
