#include "support/process.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <set>
#include <thread>
#include <utility>

namespace brainmvp::test {
namespace {

using namespace std::chrono_literals;

[[noreturn]] void become(std::vector<std::string>& command) {
  std::vector<char*> arguments;
  for (std::string& argument : command) {
    arguments.push_back(argument.data());
  }
  arguments.push_back(nullptr);
  ::execvp(arguments.front(), arguments.data());
  ::_exit(127);
}

} // namespace

Process::Process(std::vector<std::string> command, const std::function<void()>& before) : child_(::fork()) {
  if (child_ == 0) {
    ::setpgid(0, 0);
    ::dup2(::open("/dev/null", O_RDONLY), STDIN_FILENO);
    ::dup2(::open((folder_ / "out").c_str(), O_WRONLY | O_CREAT, 0600), STDOUT_FILENO);
    ::dup2(::open((folder_ / "err").c_str(), O_WRONLY | O_CREAT, 0600), STDERR_FILENO);
    if (before) {
      before();
    }
    become(command);
  }
  ::setpgid(child_, child_); // here too, so that no signal is sent before the group is there
}

Process::~Process() {
  if (!ended()) {
    signal(SIGKILL);
    ::waitpid(child_, &status_, 0);
  }
}

void Process::signal(int number) const { ::kill(-child_, number); }

bool Process::ended() {
  ended_ = ended_ || ::waitpid(child_, &status_, WNOHANG) != 0;
  return ended_;
}

bool Process::wait_until(const std::function<bool()>& condition, std::chrono::minutes limit) {
  for (auto waited = 0ms; waited < limit; waited += 1ms) {
    if (condition()) {
      return true;
    }
    if (ended()) {
      return condition();
    }
    std::this_thread::sleep_for(1ms);
  }
  return false;
}

ProcessResult Process::wait() {
  if (!ended_) {
    ::waitpid(child_, &status_, 0);
    ended_ = true;
  }
  return {.exit_code = WIFEXITED(status_) ? WEXITSTATUS(status_) : 128 + WTERMSIG(status_),
          .out = read_text(folder_ / "out"),
          .err = read_text(folder_ / "err")};
}

std::vector<std::string> brainmvp_command(std::vector<std::string> arguments) {
  const std::set<std::string> takes_device{"pretrain", "finetune", "predict", "bench"};
  if (device_name() != "cpu" && !arguments.empty() && takes_device.contains(arguments.front())) {
    arguments.insert(arguments.end(), {"--device", device_name()});
  }
  arguments.insert(arguments.begin(), brainmvp_program());
  return arguments;
}

} // namespace brainmvp::test
