// The numbers are those of APPNOTE.TXT, "ZIP File Format Specification", 6.3.10: 4.3.7 (local headers), 4.3.12
// (directory), 4.3.14 to 4.3.16 (its end) and 4.5.3 (sizes above 32 bits).
#include "checkpoint/archive_writer.h"

#include <fcntl.h>
#include <libdeflate.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <utility>

#include "base/atomic_file.h"

namespace brainmvp::checkpoint {
namespace fs = std::filesystem;
namespace {

constexpr std::uint16_t kPlainVersion = 20, kLargeVersion = 45; // of the format that a reader must know

// Little-endian numbers one after another.
class Bytes {
public:
  Bytes& u16(std::uint64_t value) { return number(value, 2); }
  Bytes& u32(std::uint64_t value) { return number(value, 4); }
  Bytes& u64(std::uint64_t value) { return number(value, 8); }
  Bytes& text(const std::string& value) {
    bytes_ += value;
    return *this;
  }

  [[nodiscard]] std::string take() { return std::move(bytes_); }

private:
  Bytes& number(std::uint64_t value, int count) {
    for (int i = 0; i < count; ++i) {
      bytes_ += static_cast<char>(value >> (8 * i) & 0xFFU);
    }
    return *this;
  }

  std::string bytes_;
};

} // namespace

ArchiveWriter::ArchiveWriter(const fs::path& file, fs::path path, std::uint64_t large)
    : path_(std::move(path)), descriptor_(::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)), large_(large) {
  if (descriptor_ < 0) {
    throw_write_error(path_, errno);
  }
}

ArchiveWriter::~ArchiveWriter() {
  if (descriptor_ >= 0) {
    ::close(descriptor_);
  }
}

void ArchiveWriter::write(const std::string& record, const void* bytes, std::size_t size) {
  records_.push_back(
      {.name = "archive/" + record, .size = size, .offset = position_, .crc = libdeflate_crc32(0, size > 0 ? bytes : "", size)});
  const std::string header = local_header(records_.back());
  put(header.data(), header.size());
  put(bytes, size);
}

void ArchiveWriter::finish() {
  write("version", "3\n", 2);
  const std::uint64_t start = position_;
  std::string directory;
  for (const Record& record : records_) {
    directory += directory_entry(record);
  }
  put(directory.data(), directory.size());
  const std::string end = end_of_directory(start);
  put(end.data(), end.size());
  if (::close(std::exchange(descriptor_, -1)) != 0) {
    throw_write_error(path_, errno);
  }
}

// Ends where the next multiple of 64 bytes begins: torch.load may map the file into memory.
std::string ArchiveWriter::local_header(const Record& record) const {
  constexpr std::uint64_t kFixed = 30, kFieldHeader = 4, kAlignment = 64;
  const bool large = is_large(record.size);
  const std::uint64_t sizes = large ? kFieldHeader + 16 : 0;
  const std::uint64_t before = position_ + kFixed + record.name.size() + sizes + kFieldHeader;
  const std::uint64_t padding = (kAlignment - before % kAlignment) % kAlignment;
  Bytes header;
  header.u32(0x04034B50).u16(large ? kLargeVersion : kPlainVersion).u16(0).u16(0).u16(0).u16(0).u32(record.crc);
  header.u32(or_elsewhere(record.size)).u32(or_elsewhere(record.size));
  header.u16(record.name.size()).u16(sizes + kFieldHeader + padding).text(record.name);
  if (large) {
    header.u16(1).u16(16).u64(record.size).u64(record.size);
  }
  return header.text("FB").u16(padding).text(std::string(padding, 'Z')).take(); // a field that torch.save pads with, too
}

std::string ArchiveWriter::directory_entry(const Record& record) const {
  Bytes large;
  if (is_large(record.size)) {
    large.u64(record.size).u64(record.size);
  }
  if (is_large(record.offset)) {
    large.u64(record.offset);
  }
  const std::string numbers = large.take();
  const std::uint16_t version = numbers.empty() ? kPlainVersion : kLargeVersion;
  Bytes entry;
  entry.u32(0x02014B50).u16(version).u16(version).u16(0).u16(0).u16(0).u16(0).u32(record.crc);
  entry.u32(or_elsewhere(record.size)).u32(or_elsewhere(record.size)).u16(record.name.size());
  entry.u16(numbers.empty() ? 0 : 4 + numbers.size()).u16(0).u16(0).u16(0).u32(0).u32(or_elsewhere(record.offset));
  entry.text(record.name);
  if (!numbers.empty()) {
    entry.u16(1).u16(numbers.size()).text(numbers);
  }
  return entry.take();
}

std::string ArchiveWriter::end_of_directory(std::uint64_t start) const {
  const std::uint64_t size = position_ - start, count = records_.size();
  constexpr std::uint64_t kMostCounted = std::numeric_limits<std::uint16_t>::max();
  Bytes end;
  if (is_large(start) || count >= kMostCounted) {
    end.u32(0x06064B50).u64(44).u16(kLargeVersion).u16(kLargeVersion).u32(0).u32(0);
    end.u64(count).u64(count).u64(size).u64(start);
    end.u32(0x07064B50).u32(0).u64(position_).u32(1);
  }
  const std::uint64_t counted = std::min(count, kMostCounted);
  end.u32(0x06054B50).u16(0).u16(0).u16(counted).u16(counted).u32(size).u32(or_elsewhere(start)).u16(0);
  return end.take();
}

void ArchiveWriter::put(const void* bytes, std::size_t size) {
  const char* from = static_cast<const char*>(bytes);
  position_ += size;
  while (size > 0) {
    const ssize_t written = ::write(descriptor_, from, size);
    if (written < 0 && errno != EINTR) {
      throw_write_error(path_, errno);
    }
    const auto count = static_cast<std::size_t>(written < 0 ? 0 : written);
    from += count;
    size -= count;
  }
}

} // namespace brainmvp::checkpoint
