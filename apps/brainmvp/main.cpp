// The program: one subcommand a file; errors become messages and the exit codes of base/error.h here and only here. It is built
// twice: loading libtorch takes 0.4 s, so `brainmvp` is without, and becomes `brainmvp-torch` for what needs it (with_torch.h).
#include <csignal>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

#include "base/environment.h"
#include "base/error.h"
#include "base/fault.h"
#include "base/log.h"
#include "program.h"
#include "results.h"
#include "with_torch.h"

namespace brainmvp::app {
namespace {

void run(int argc, char** argv) {
  fill_closed_streams();
  if constexpr (kHasTorch) {
    restart_in_environment(argv); // when brainmvp-torch was started directly
  }
  remember_arguments(argv);
  Program program;
  const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
  if (!kHasTorch && !program.has_command(words.empty() ? "" : words.front())) {
    become_program_with_torch(); // also for what is no command, since it knows all of them
  }
  program.run(words);
  finish_results();
}

// Says what went wrong, and gives the exit code.
int report(const std::exception& fault) {
  const Error error = error_of(fault);
  log::error(error.message());
  return static_cast<int>(error.code());
}

// For what is thrown where nothing may be: in a destructor, or in a thread of a library.
[[noreturn]] void report_and_exit() {
  int code = static_cast<int>(ExitCode::kInternal);
  try {
    if (const std::exception_ptr fault = std::current_exception()) {
      std::rethrow_exception(fault);
    }
    log::error("internal fault: the program was ended; please report it with the command and this message");
  } catch (const std::exception& fault) {
    code = report(fault);
  } catch (...) {
    log::error("internal fault: something that is no exception was thrown; please report it with the command");
  }
  std::_Exit(code);
}

} // namespace
} // namespace brainmvp::app

int main(int argc, char** argv) {
  std::set_terminate(brainmvp::app::report_and_exit);
  std::signal(SIGXFSZ, SIG_IGN); // a limit of file sizes then fails the write, which is reported
  try {
    brainmvp::app::run(argc, argv);
    return static_cast<int>(brainmvp::ExitCode::kDone);
  } catch (const std::exception& fault) {
    return brainmvp::app::report(fault);
  }
}
