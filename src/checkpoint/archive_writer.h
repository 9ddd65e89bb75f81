// Writes the zip archive of a .pt file, as torch.save lays it out: nothing compressed, every record at a multiple of 64 bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace brainmvp::checkpoint {

// In place of libtorch's writer, whose checksum takes twice as long.
class ArchiveWriter {
public:
  static constexpr std::uint64_t kNoLongerIn32Bits = 0xFFFFFFFF;

  // Writes into `file`; `path` is named in messages. Sizes and places from `large` on stand in fields of 64 bits, which a test
  // may want of small ones. Throws Error(kOutput or kOutOfResources) from here on.
  ArchiveWriter(const std::filesystem::path& file, std::filesystem::path path, std::uint64_t large = kNoLongerIn32Bits);
  ~ArchiveWriter();
  ArchiveWriter(const ArchiveWriter&) = delete;
  ArchiveWriter& operator=(const ArchiveWriter&) = delete;

  void write(const std::string& record, const void* bytes, std::size_t size);
  void finish();

private:
  struct Record {
    std::string name;
    std::uint64_t size = 0, offset = 0; // where its header begins
    std::uint32_t crc = 0;
  };

  [[nodiscard]] bool is_large(std::uint64_t value) const { return value >= large_; }
  [[nodiscard]] std::uint64_t or_elsewhere(std::uint64_t value) const { return is_large(value) ? kNoLongerIn32Bits : value; }
  [[nodiscard]] std::string local_header(const Record& record) const;
  [[nodiscard]] std::string directory_entry(const Record& record) const;
  [[nodiscard]] std::string end_of_directory(std::uint64_t start) const;
  void put(const void* bytes, std::size_t size);

  std::filesystem::path path_;
  int descriptor_;
  std::uint64_t large_;
  std::uint64_t position_ = 0;
  std::vector<Record> records_;
};

} // namespace brainmvp::checkpoint
