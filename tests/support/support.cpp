#include "support/support.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

namespace brainmvp::test {
namespace fs = std::filesystem;

fs::path golden(const std::string& name) { return fs::path(BRAINMVP_GOLDEN) / name; }

nlohmann::json golden_json(const std::string& name) { return nlohmann::json::parse(std::ifstream(golden(name))); }

std::vector<float> fill(const std::string& name, std::size_t count) {
  std::uint32_t state = 2166136261U;
  for (const char c : name) {
    state = (state ^ static_cast<unsigned char>(c)) * 16777619U;
  }
  std::vector<float> values(count);
  for (float& value : values) {
    state = state * 1664525U + 1013904223U;
    value = static_cast<float>(static_cast<double>(state >> 8) / 8388608.0 - 1.0);
  }
  return values;
}

fs::path test_data() {
  const char* set = std::getenv("BRAINMVP_TEST_DATA");
  const fs::path folder = set != nullptr ? set : BRAINMVP_DEFAULT_DATA;
  if (fs::is_directory(folder)) {
    return fs::canonical(folder);
  }
  if (std::getenv("CI") != nullptr) {
    ADD_FAILURE() << "under CI the real data must be there: " << folder;
  }
  return {};
}

ProcessResult run_process(const std::vector<std::string>& command, const std::vector<std::string>& environment) {
  const TemporaryFolder folder;
  const fs::path out = folder / "out";
  const fs::path err = folder / "err";
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(::open("/dev/null", O_RDONLY), STDIN_FILENO);
    ::dup2(::open(out.c_str(), O_WRONLY | O_CREAT, 0600), STDOUT_FILENO);
    ::dup2(::open(err.c_str(), O_WRONLY | O_CREAT, 0600), STDERR_FILENO);
    for (const std::string& entry : environment) {
      ::putenv(const_cast<char*>(entry.c_str()));
    }
    std::vector<char*> arguments;
    for (const std::string& argument : command) {
      arguments.push_back(const_cast<char*>(argument.c_str()));
    }
    arguments.push_back(nullptr);
    ::execvp(arguments.front(), arguments.data());
    ::_exit(127);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return {.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
          .out = read_text(out),
          .err = read_text(err)};
}

std::string brainmvp_program() { return BRAINMVP_PROGRAM; }

std::string python_program() { return BRAINMVP_PYTHON; }

ProcessResult run_brainmvp(const std::vector<std::string>& arguments) {
  std::vector<std::string> command{brainmvp_program()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return run_process(command);
}

ProcessResult run_python(const std::string& script, const std::vector<std::string>& arguments) {
  std::vector<std::string> command{python_program(), "-c", script};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return run_process(command);
}

std::size_t count_from_environment(const char* name, std::size_t otherwise) {
  const char* set = std::getenv(name);
  return set != nullptr ? std::stoul(set) : otherwise;
}

std::string read_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void write_text(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

} // namespace brainmvp::test
