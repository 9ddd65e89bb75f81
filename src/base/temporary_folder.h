// A folder that goes away.
#pragma once

#include <filesystem>
#include <string>

namespace brainmvp {

// An empty folder below the system's folder for temporary files, removed with the object. Throws Error(kOutput).
class TemporaryFolder {
public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

private:
  std::filesystem::path path_;
};

} // namespace brainmvp
