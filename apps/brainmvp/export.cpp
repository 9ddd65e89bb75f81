// brainmvp export: hands over to the Python package, since PyTorch's exporters are in Python.
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "command.h"
#include "input_kind.h"

namespace brainmvp::app {
namespace {

struct ExportOptions {
  std::string run;
  std::string out;
  std::string format = "onnx";
};

// A folder of that name in the working directory is no package: it has no origin.
constexpr const char* kHasPackages =
    "import sys; from importlib.util import find_spec as find; "
    "sys.exit(0 if all(getattr(find(name), 'origin', None) for name in ('brainmvp', 'torch')) else 3)";

std::string python_of_environment() {
  const char* named = std::getenv("BRAINMVP_PYTHON");
  return named != nullptr && *named != '\0' ? named : "python3";
}

std::vector<char*> pointers_to(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (std::string& word : words) {
    pointers.push_back(word.data());
  }
  pointers.push_back(nullptr);
  return pointers;
}

bool ends_well_and_silent(std::vector<std::string> words) {
  posix_spawn_file_actions_t silent{};
  posix_spawn_file_actions_init(&silent);
  for (const int stream : {STDOUT_FILENO, STDERR_FILENO}) {
    posix_spawn_file_actions_addopen(&silent, stream, "/dev/null", O_WRONLY, 0);
  }
  pid_t process = 0;
  const int fault = ::posix_spawnp(&process, words.front().c_str(), &silent, nullptr, pointers_to(words).data(), environ);
  posix_spawn_file_actions_destroy(&silent);
  int status = 0;
  return fault == 0 && ::waitpid(process, &status, 0) == process && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void require_package(const std::string& python, const ExportOptions& options) {
  if (!ends_well_and_silent({python, "-c", kHasPackages})) {
    throw Error(ExitCode::kUsage, "export needs a Python with the package brainmvp and PyTorch, and " + python +
                                      " has none: pip install the folder python of brainmvp's sources there, then run " + python +
                                      " -m brainmvp.export " + options.run + " -o " + options.out + " --format " +
                                      options.format + ", or this command again; BRAINMVP_PYTHON names another Python");
  }
}

[[noreturn]] void run_export(const ExportOptions& options) {
  check_input(options.run, {"export",
                            "a run of finetune or a checkpoint",
                            {InputKind::kFinetuning, InputKind::kPretraining, InputKind::kCheckpoint, InputKind::kFolder}});
  const std::string python = python_of_environment();
  require_package(python, options);
  std::vector<std::string> words{python,         "-m", "brainmvp.export", "-o", options.out, "--format",
                                 options.format, "--", options.run};
  ::execvp(python.c_str(), pointers_to(words).data());
  throw Error(ExitCode::kInternal, python + ": cannot be started (" + std::strerror(errno) + ")");
}

} // namespace

Command add_export(CLI::App& program, CommonOptions& common) {
  CLI::App* command = program.add_subcommand(
      "export", "Write a fine-tuned model for other software; needs a Python with the package brainmvp and PyTorch");
  const auto options = std::make_shared<ExportOptions>();
  command->add_option("RUN", options->run, "Folder of a fine-tuned run, or a checkpoint")->required();
  command->add_option("-o,--output", options->out, "Folder to write; it must not exist")->required()->type_name("DIR");
  command
      ->add_option("--format", options->format, "onnx, pt2 (PyTorch), hub (safetensors), monai (a bundle) or nnunet (resenc_l)")
      ->capture_default_str()
      ->type_name("NAME");
  add_common_options(*command, common, {});
  return {command, [options] { run_export(*options); }};
}

} // namespace brainmvp::app
