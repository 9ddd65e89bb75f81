// Reads the zip archive of a .pt file: libtorch's reader, with the checks that it leaves out.
#pragma once

#include <c10/core/Storage.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "caffe2/serialize/inline_container.h"

namespace brainmvp::checkpoint {

// Reads records one by one. libtorch's reader ignores checksums and inflates without a limit: here a wrong CRC, a
// compressed record, and records that together exceed the file are refused. All throw Error(kBadInput).
class ArchiveReader {
public:
  explicit ArchiveReader(const std::filesystem::path& path);

  [[nodiscard]] bool has(const std::string& record);
  std::string text(const std::string& record, std::size_t max_bytes);
  c10::Storage storage(const std::string& record, std::int64_t expected_bytes);

private:
  // Size of a record, after the checks that need no content.
  std::size_t checked_size(const std::string& record);
  void read(const std::string& record, void* to, std::size_t size);
  void check_crc(const std::string& record, const void* bytes, std::size_t size);
  std::uint32_t stored_crc(const std::string& record, std::size_t size);
  std::string raw(std::uint64_t offset, std::size_t size); // bytes of the file itself

  std::ifstream file_;
  std::uint64_t unread_bytes_; // of the file: what records may still take
  std::unique_ptr<caffe2::serialize::PyTorchStreamReader> reader_;
};

} // namespace brainmvp::checkpoint
