#include "benchmark/child.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <thread>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/interrupt.h"

namespace brainmvp::benchmark {
namespace {

struct Prepared {
  std::vector<char*> arguments; // ends with null
  const char* folder;
  int log;
  int input;
  pid_t parent;
};

// Between fork and exec only calls that are safe in a signal handler: other threads may hold any lock.
[[noreturn]] void become(const Prepared& prepared) {
  ::setpgid(0, 0); // a terminal's Ctrl-C reaches it through this process, once
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::signal(SIGINT, SIG_DFL);
  ::signal(SIGTERM, SIG_DFL);
  const bool ready = ::getppid() == prepared.parent && ::chdir(prepared.folder) == 0 &&
                     ::dup2(prepared.input, STDIN_FILENO) >= 0 && ::dup2(prepared.log, STDOUT_FILENO) >= 0 &&
                     ::dup2(prepared.log, STDERR_FILENO) >= 0;
  if (ready) {
    ::execv(prepared.arguments.front(), prepared.arguments.data());
  }
  ::_exit(127);
}

int opened(const std::filesystem::path& file, int flags) {
  const int descriptor = ::open(file.c_str(), flags | O_CLOEXEC, 0666);
  if (descriptor < 0) {
    throw_write_error(file, errno);
  }
  return descriptor;
}

int wait_for(pid_t child, const std::function<bool()>& abandoned) {
  using namespace std::chrono_literals;
  bool told = false;
  int status = 0;
  while (::waitpid(child, &status, WNOHANG) == 0) {
    if (abandoned()) {
      ::kill(child, SIGKILL);
    } else if (interrupted() && !told) {
      ::kill(child, SIGTERM);
      told = true;
    }
    std::this_thread::sleep_for(20ms);
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

} // namespace

int run_command(const Command& command, const std::function<bool()>& abandoned) {
  std::vector<std::string> words{command.program.string()};
  words.insert(words.end(), command.words.begin(), command.words.end());
  Prepared prepared{.arguments = {}, .folder = command.folder.c_str(), .log = -1, .input = -1, .parent = ::getpid()};
  for (std::string& word : words) {
    prepared.arguments.push_back(word.data());
  }
  prepared.arguments.push_back(nullptr);
  prepared.log = opened(command.log, O_WRONLY | O_CREAT | O_APPEND);
  prepared.input = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  const pid_t child = ::fork();
  if (child == 0) {
    become(prepared);
  }
  const int error = errno;
  ::close(prepared.log);
  ::close(prepared.input);
  if (child < 0) {
    throw Error(ExitCode::kOutOfResources, command.program.string() + ": cannot be started (" + std::strerror(error) + ")");
  }
  return wait_for(child, abandoned);
}

} // namespace brainmvp::benchmark
