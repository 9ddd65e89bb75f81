// Starts brainmvp as several ranks, as a cluster does.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "support/support.h"

namespace brainmvp::test {

// A port that nothing listens on.
inline int free_port() {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof(address);
  EXPECT_EQ(::bind(descriptor, reinterpret_cast<sockaddr*>(&address), length), 0);
  EXPECT_EQ(::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &length), 0);
  ::close(descriptor);
  return ntohs(address.sin_port);
}

// Starts a program in the background, in a process group of its own, with what it says in `messages`.
inline pid_t start_process(std::vector<std::string> words, const std::vector<std::string>& environment,
                           const std::filesystem::path& messages) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::setpgid(0, 0);
    const int file = ::open(messages.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    ::dup2(file, STDOUT_FILENO);
    ::dup2(file, STDERR_FILENO);
    for (const std::string& entry : environment) {
      ::putenv(const_cast<char*>(entry.c_str()));
    }
    std::vector<char*> pointers;
    for (std::string& word : words) {
      pointers.push_back(word.data());
    }
    pointers.push_back(nullptr);
    ::execvp(pointers.front(), pointers.data());
    ::_exit(127);
  }
  return child;
}

// 128 + signal when a signal ended it.
inline int wait_for(pid_t process) {
  int status = 0;
  ::waitpid(process, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// One process a rank, told by environment variables who it is.
class Ranks {
public:
  // `arguments`: of each rank.
  Ranks(const std::vector<std::vector<std::string>>& arguments, std::filesystem::path messages) : messages_(std::move(messages)) {
    std::filesystem::create_directories(messages_);
    const std::string port = std::to_string(free_port()), size = std::to_string(arguments.size());
    for (std::size_t rank = 0; rank < arguments.size(); ++rank) {
      std::vector<std::string> words{brainmvp_program()};
      words.insert(words.end(), arguments[rank].begin(), arguments[rank].end());
      processes_.push_back(start_process(words,
                                         {"RANK=" + std::to_string(rank), "WORLD_SIZE=" + size, "LOCAL_WORLD_SIZE=" + size,
                                          "MASTER_ADDR=127.0.0.1", "MASTER_PORT=" + port, "OMP_WAIT_POLICY=PASSIVE"},
                                         file(rank)));
    }
  }

  [[nodiscard]] pid_t process(std::size_t rank) const { return processes_.at(rank); }
  [[nodiscard]] int exit_code(std::size_t rank) const { return wait_for(processes_.at(rank)); }
  [[nodiscard]] std::string messages(std::size_t rank) const { return read_text(file(rank)); }

  [[nodiscard]] std::vector<int> exit_codes() const {
    std::vector<int> codes;
    for (const pid_t process : processes_) {
      codes.push_back(wait_for(process));
    }
    return codes;
  }

private:
  [[nodiscard]] std::filesystem::path file(std::size_t rank) const {
    return messages_ / ("rank" + std::to_string(rank) + ".txt");
  }

  std::filesystem::path messages_;
  std::vector<pid_t> processes_;
};

// Waits until a run has recorded `lines` steps.
inline void wait_for_steps(const std::filesystem::path& run, std::size_t lines) {
  for (int tries = 0; tries < 60000; ++tries) {
    const std::string text = std::filesystem::exists(run / "metrics.jsonl") ? read_text(run / "metrics.jsonl") : "";
    if (std::count(text.begin(), text.end(), '\n') >= static_cast<std::ptrdiff_t>(lines)) {
      return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  FAIL() << run << " did not come to step " << lines << " within two minutes";
}

} // namespace brainmvp::test
