// The folder that `register` writes, held by one process at a time.
#pragma once

#include <filesystem>

namespace brainmvp::registration {

class OutputFolder {
public:
  // Creates the folder when it is missing, and removes what killed runs left half done. Throws Error(kOutput) when it holds
  // something else, or another process holds it.
  explicit OutputFolder(const std::filesystem::path& path);
  ~OutputFolder();
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;

private:
  int descriptor_ = -1;
};

} // namespace brainmvp::registration
