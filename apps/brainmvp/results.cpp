#include "results.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iostream>
#include <string>

#include "base/error.h"

namespace brainmvp::app {

void fill_closed_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(stream, F_GETFD) == -1) {
      ::open("/dev/null", stream == STDERR_FILENO ? O_WRONLY : O_RDONLY); // takes the lowest free number, which is this
    }
  }
}

void finish_results() {
  if (std::cout.good() && std::cout.flush()) {
    return;
  }
  std::cout.clear();
  errno = 0;
  std::cout << '\n' << std::flush; // fails for the same reason, which the stream itself forgets
  throw Error(ExitCode::kOutOfResources,
              std::string("stdout cannot be written") + (errno != 0 ? std::string(" (") + std::strerror(errno) + ")" : "") +
                  ": what the command printed is lost or cut short, and the files that it wrote are whole; run it again with a "
                  "stdout that has space and stays open");
}

} // namespace brainmvp::app
