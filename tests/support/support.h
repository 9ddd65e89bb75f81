// What the tests share: golden values, real data, temporary folders, and processes.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/temporary_folder.h"

namespace brainmvp::test {

// A file or folder of tests/golden.
std::filesystem::path golden(const std::string& name);
nlohmann::json golden_json(const std::string& name);

// fill(name, n) of tests/golden/README.md: n floats in [-1, 1).
std::vector<float> fill(const std::string& name, std::size_t count);

// Folder of real data: BRAINMVP_TEST_DATA, by default ../shared/data. Empty when it is absent; then, with CI set, the test
// fails, and otherwise it should skip:  if (test_data().empty()) GTEST_SKIP() << kNoTestData;
std::filesystem::path test_data();
inline constexpr const char* kNoTestData = "no real data: set BRAINMVP_TEST_DATA to its folder";

using brainmvp::TemporaryFolder;

struct ProcessResult {
  int exit_code = -1; // 128 + signal when a signal ended it
  std::string out;
  std::string err;
};

// Runs a program with arguments and waits. `environment` adds "NAME=value" entries.
ProcessResult run_process(const std::vector<std::string>& command, const std::vector<std::string>& environment = {});

// The brainmvp program of this build with these arguments.
ProcessResult run_brainmvp(const std::vector<std::string>& arguments);
std::string brainmvp_program();

// Python of the tests' own environment, with numpy, nibabel, torch, safetensors, tensorboard.
std::string python_program();

// Runs a Python script (its text) with python_program().
ProcessResult run_python(const std::string& script, const std::vector<std::string>& arguments = {});

// BRAINMVP_TEST_DEVICE, by default "cpu": with "cuda", networks, kernels and commands are tested on a GPU.
std::string device_name();

// What the environment variable says, for tests that can do more than each run affords.
std::size_t count_from_environment(const char* name, std::size_t otherwise);

// The message of the Error that `work` throws.
std::string message_of(const auto& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.message();
  }
  return "nothing was thrown";
}

inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

inline void expect_part(const std::string& text, const std::string& part) {
  EXPECT_TRUE(contains(text, part)) << "expected \"" << part << "\" in: " << text;
}

std::string read_text(const std::filesystem::path& path);
void write_text(const std::filesystem::path& path, const std::string& text);

} // namespace brainmvp::test
