#include "with_torch.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>

#include "base/environment.h"
#include "base/error.h"
#include "base/program_path.h"

namespace brainmvp::app {
namespace {

char** arguments_of_main = nullptr;

} // namespace

void remember_arguments(char** arguments) { arguments_of_main = arguments; }

void become_program_with_torch() {
  if (const char* reason = std::getenv("BRAINMVP_NO_LIBTORCH")) { // of the wheel's console script
    throw Error(ExitCode::kUsage, reason);
  }
  settle_environment();
  const std::filesystem::path program = path_of_program().parent_path() / "brainmvp-torch";
  ::execv(program.c_str(), arguments_of_main);
  throw Error(ExitCode::kInternal, program.string() + ": cannot be started (" + std::strerror(errno) +
                                       "); it belongs beside brainmvp, so install both again");
}

} // namespace brainmvp::app
