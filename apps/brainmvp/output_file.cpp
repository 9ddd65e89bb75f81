#include "output_file.h"

#include <unistd.h>

#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/output_target.h"

namespace brainmvp::app {
namespace fs = std::filesystem;
namespace {

bool begins_with(const fs::path& file, std::string_view start) {
  std::ifstream stream(file, std::ios::binary);
  std::string front(start.size(), '\0');
  stream.read(front.data(), static_cast<std::streamsize>(front.size()));
  return stream.gcount() == 0 || front == start; // an empty file is nobody's work
}

} // namespace

void check_output_file(const fs::path& path, bool force, const std::vector<fs::path>& inputs, std::string_view start) {
  const OutputTarget target = output_target(path);
  if (target.stream) {
    return;
  }
  std::error_code error;
  if (fs::is_directory(target.path, error)) {
    throw Error(ExitCode::kOutput, path.string() + ": is a folder; name a file, for example in it");
  }
  for (const fs::path& input : inputs) {
    if (fs::equivalent(target.path, input, error) && !error) {
      throw Error(ExitCode::kOutput, path.string() + ": is an input of this command, and would be lost; choose another name");
    }
  }
  refuse_existing(path, force);
  if (fs::exists(target.path, error) && !begins_with(target.path, start)) {
    throw Error(ExitCode::kOutput, path.string() + ": is no file that this command wrote (it does not begin with " +
                                       std::string(start) + "); --force does not replace it: choose another name, or remove it");
  }
}

std::ostream& words_beside(const fs::path& path) {
  return !path.empty() && output_target(path).descriptor == STDOUT_FILENO ? std::cerr : std::cout;
}

void write_output_file(const fs::path& path, std::string_view text) {
  create_folders(fs::absolute(output_target(path).path).parent_path());
  write_file(path, text);
}

} // namespace brainmvp::app
