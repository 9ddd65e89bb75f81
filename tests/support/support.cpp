#include "support/support.h"

#include <array>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

#include "support/process.h"

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
  Process process(command, [&] {
    for (const std::string& entry : environment) {
      ::putenv(const_cast<char*>(entry.c_str()));
    }
  });
  return process.wait();
}

std::string brainmvp_program() { return BRAINMVP_PROGRAM; }

std::string python_program() { return BRAINMVP_PYTHON; }

ProcessResult run_brainmvp(const std::vector<std::string>& arguments) { return run_process(brainmvp_command(arguments)); }

ProcessResult run_python(const std::string& script, const std::vector<std::string>& arguments) {
  std::vector<std::string> command{python_program(), "-c", script};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return run_process(command);
}

std::string device_name() {
  const char* set = std::getenv("BRAINMVP_TEST_DEVICE");
  return set != nullptr ? set : "cpu";
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
