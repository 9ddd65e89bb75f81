// Starts brainmvp as several ranks, as a cluster does.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <thread>

#include "support/process.h"

namespace brainmvp::test {

// A port for one program, for as long as this lives. It is bound here, so that the system gives it to nobody who asks for any
// port, but not listened on, so that who is told its number may (with SO_REUSEADDR, which c10d's store sets).
class ReservedPort {
public:
  ReservedPort() : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const int yes = 1;
    EXPECT_EQ(::setsockopt(descriptor_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)), 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof(address);
    EXPECT_EQ(::bind(descriptor_, reinterpret_cast<sockaddr*>(&address), length), 0);
    EXPECT_EQ(::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &length), 0);
    number_ = ntohs(address.sin_port);
  }
  ~ReservedPort() { ::close(descriptor_); }
  ReservedPort(const ReservedPort&) = delete;
  ReservedPort& operator=(const ReservedPort&) = delete;

  [[nodiscard]] int number() const { return number_; }

private:
  int descriptor_;
  int number_ = 0;
};

// One process a rank, told by environment variables who it is.
class Ranks {
public:
  // `arguments`: of each rank.
  explicit Ranks(const std::vector<std::vector<std::string>>& arguments) {
    const std::string port = std::to_string(port_.number()), size = std::to_string(arguments.size());
    for (std::size_t rank = 0; rank < arguments.size(); ++rank) {
      const auto name_rank = [&] {
        ::setenv("RANK", std::to_string(rank).c_str(), 1);
        ::setenv("WORLD_SIZE", size.c_str(), 1);
        ::setenv("LOCAL_WORLD_SIZE", size.c_str(), 1);
        ::setenv("MASTER_ADDR", "127.0.0.1", 1);
        ::setenv("MASTER_PORT", port.c_str(), 1);
      };
      processes_.push_back(std::make_unique<Process>(brainmvp_command(arguments[rank]), name_rank));
    }
  }

  void signal(std::size_t rank, int number) const { processes_.at(rank)->signal(number); }

  // These wait for the rank's end.
  [[nodiscard]] int exit_code(std::size_t rank) const { return processes_.at(rank)->wait().exit_code; }
  [[nodiscard]] std::string messages(std::size_t rank) const { return processes_.at(rank)->wait().err; }

  [[nodiscard]] std::vector<int> exit_codes() const {
    std::vector<int> codes;
    for (std::size_t rank = 0; rank < processes_.size(); ++rank) {
      codes.push_back(exit_code(rank));
    }
    return codes;
  }

private:
  ReservedPort port_; // where rank 0 listens
  std::vector<std::unique_ptr<Process>> processes_;
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
