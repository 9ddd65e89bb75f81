// A file that grows by whole records and is never left with a record of which the writer does not know.
#pragma once

#include <filesystem>
#include <string_view>

namespace brainmvp::train {

class AppendFile {
public:
  // Opens for appending; creates the file when it is absent. Throws Error(kOutput or kOutOfResources).
  explicit AppendFile(std::filesystem::path path);
  ~AppendFile();
  AppendFile(AppendFile&& other) noexcept;
  AppendFile& operator=(AppendFile&&) = delete;

  void append(std::string_view bytes); // throws as the constructor; what it wrote survives the end of this process
  void sync();                         // what was appended survives a power failure
  [[nodiscard]] bool empty() const;

private:
  std::filesystem::path path_;
  int descriptor_ = -1;
};

} // namespace brainmvp::train
