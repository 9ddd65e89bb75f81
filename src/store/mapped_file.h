// A file mapped into memory for reading. When it is cut later, reading it ends the process with a message (truncated_mapping.h).
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

namespace brainmvp::store {

// Throws Error(kBadInput): `path` is not what `prepare` writes.
[[noreturn]] void refuse_stored(const std::filesystem::path& path, const std::string& what);

class MappedFile {
public:
  // Throws Error(kBadInput) naming the file when it cannot be opened or mapped.
  explicit MappedFile(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;

  [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return bytes_; }

private:
  std::span<const std::byte> bytes_;
};

} // namespace brainmvp::store
