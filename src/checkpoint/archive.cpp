#include "checkpoint/archive.h"

#include <c10/core/CPUAllocator.h>
#include <c10/util/Exception.h>
#include <libdeflate.h>

#include <utility>

#include "base/error.h"
#include "base/fault.h"
#include "base/text.h"

namespace brainmvp::checkpoint {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kLocalHeaderBytes = 30; // of the zip format, before the name

// Runs a call into libtorch's reader; its errors say little to users and carry a backtrace.
template <class Work>
auto guarded(Work&& work) {
  try {
    return work();
  } catch (const c10::Error& error) {
    if (is_out_of_memory(error)) {
      throw;
    }
    const std::string text = error.what_without_backtrace();
    throw Error(ExitCode::kBadInput, "the zip archive is truncated or damaged (" + text.substr(0, text.find('\n')) +
                                         "); copy or download the file again");
  }
}

std::uint32_t little_endian(const std::string& bytes, std::size_t at, std::size_t count) {
  std::uint32_t value = 0;
  for (std::size_t i = count; i-- > 0;) {
    value = (value << 8) | static_cast<unsigned char>(bytes.at(at + i));
  }
  return value;
}

} // namespace

ArchiveReader::ArchiveReader(const fs::path& path) : file_(path, std::ios::binary), unread_bytes_(fs::file_size(path)) {
  reader_ = guarded([&] { return std::make_unique<caffe2::serialize::PyTorchStreamReader>(path.string()); });
}

bool ArchiveReader::has(const std::string& record) {
  return guarded([&] { return reader_->hasRecord(record); });
}

std::string ArchiveReader::text(const std::string& record, std::size_t max_bytes) {
  const std::size_t size = checked_size(record);
  if (size > max_bytes) {
    throw Error(ExitCode::kBadInput, "record " + record + " has " + human_bytes(size) + "; at most " + human_bytes(max_bytes) +
                                         " are read; the file is damaged or was not made by torch.save");
  }
  std::string bytes(size, '\0');
  read(record, bytes.data(), size);
  return bytes;
}

c10::Storage ArchiveReader::storage(const std::string& record, std::int64_t expected_bytes) {
  const std::size_t size = checked_size(record);
  if (size != static_cast<std::uint64_t>(expected_bytes)) {
    throw Error(ExitCode::kBadInput, "record " + record + " has " + std::to_string(size) + " bytes where its storage needs " +
                                         std::to_string(expected_bytes) + "; copy or download the file again");
  }
  at::DataPtr memory;
  try {
    memory = c10::GetCPUAllocator()->allocate(size);
  } catch (const c10::Error&) {
    throw Error(ExitCode::kOutOfResources,
                "no memory for a tensor of " + human_bytes(size) + "; free some and run the command again");
  }
  read(record, memory.get(), size);
  return {c10::Storage::use_byte_size_t(), size, std::move(memory), nullptr, false};
}

std::size_t ArchiveReader::checked_size(const std::string& record) {
  if (!has(record)) {
    throw Error(ExitCode::kBadInput,
                "the archive has no record " + record + "; the file is damaged or was not made by torch.save");
  }
  const std::string header = raw(guarded([&] { return reader_->getRecordHeaderOffset(record); }), kLocalHeaderBytes);
  const std::uint32_t method = little_endian(header, 8, 2);
  const std::size_t size = guarded([&] { return reader_->getRecordSize(record); });
  if (method != 0 || size > unread_bytes_) {
    throw Error(ExitCode::kBadInput, "record " + record +
                                         " is compressed or overlaps others, which torch.save never does; save the file again in "
                                         "Python: torch.save(torch.load(IN, weights_only=True), OUT)");
  }
  unread_bytes_ -= size;
  return size;
}

void ArchiveReader::read(const std::string& record, void* to, std::size_t size) {
  if (size > 0) {
    guarded([&] { return reader_->getRecord(record, to, size); });
    check_crc(record, to, size);
  }
}

// torch.serialization.set_crc32_options(False) leaves the field 0: such a file cannot be checked.
void ArchiveReader::check_crc(const std::string& record, const void* bytes, std::size_t size) {
  const std::uint32_t stored = stored_crc(record, size);
  if (stored != 0 && stored != libdeflate_crc32(0, bytes, size)) {
    throw Error(ExitCode::kBadInput, "record " + record + " does not match its checksum; copy or download the file again");
  }
}

// The CRC stands in the local header or, where bit 3 of its flags is set, after the data.
std::uint32_t ArchiveReader::stored_crc(const std::string& record, std::size_t size) {
  const std::string header = raw(guarded([&] { return reader_->getRecordHeaderOffset(record); }), kLocalHeaderBytes);
  if ((little_endian(header, 6, 2) & 8U) == 0) {
    return little_endian(header, 14, 4);
  }
  const std::string descriptor = raw(guarded([&] { return reader_->getRecordOffset(record); }) + size, 8);
  const bool signed_descriptor = descriptor.starts_with("PK\x07\x08");
  return little_endian(descriptor, signed_descriptor ? 4 : 0, 4);
}

std::string ArchiveReader::raw(std::uint64_t offset, std::size_t size) {
  std::string bytes(size, '\0');
  file_.clear();
  file_.seekg(static_cast<std::streamoff>(offset));
  if (!file_.read(bytes.data(), static_cast<std::streamsize>(size))) {
    throw Error(ExitCode::kBadInput, "the zip archive ends early; copy or download the file again");
  }
  return bytes;
}

} // namespace brainmvp::checkpoint
