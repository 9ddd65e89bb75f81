#include "train/event_file.h"

#include <chrono>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>

#include "base/atomic_file.h"
#include "base/checksum.h"
#include "io/protobuf.h"

namespace brainmvp::train {
namespace protobuf = io::protobuf;
namespace {

constexpr std::size_t kFrameBytes = 16; // length, its checksum, and the checksum of the data
constexpr std::size_t kHeaderBytes = 12;

// Field numbers of event.proto and summary.proto.
constexpr std::uint32_t kEventWallTime = 1;
constexpr std::uint32_t kEventStep = 2;
constexpr std::uint32_t kEventFileVersion = 3;
constexpr std::uint32_t kEventSummary = 5;
constexpr std::uint32_t kSummaryValue = 1;
constexpr std::uint32_t kValueTag = 1;
constexpr std::uint32_t kValueSimple = 2;
constexpr std::uint32_t kValueImage = 4;
constexpr std::uint32_t kImageHeight = 1;
constexpr std::uint32_t kImageWidth = 2;
constexpr std::uint32_t kImageColorspace = 3; // number of channels
constexpr std::uint32_t kImageBytes = 4;

std::string masked_crc(std::string_view bytes) { return protobuf::fixed32(masked_crc32c(bytes)); }

std::string record(const std::string& data) {
  const std::string length = protobuf::fixed64(data.size());
  return length + masked_crc(length) + data + masked_crc(data);
}

std::string event(std::uint64_t step) {
  const std::chrono::duration<double> now = std::chrono::system_clock::now().time_since_epoch();
  return protobuf::number(kEventWallTime, now.count()) + protobuf::integer(kEventStep, step);
}

std::string summary_event(const std::string& tag, std::uint64_t step, const std::string& content) {
  const std::string value = protobuf::bytes(kValueTag, tag) + content;
  return event(step) + protobuf::bytes(kEventSummary, protobuf::bytes(kSummaryValue, value));
}

// The data of the record at the start of `rest`; nothing when it is damaged or incomplete.
std::optional<std::string_view> first_record(std::string_view rest) {
  if (rest.size() < kFrameBytes) {
    return std::nullopt;
  }
  std::uint64_t length = 0;
  std::memcpy(&length, rest.data(), sizeof(length));
  if (length > rest.size() - kFrameBytes || rest.substr(8, 4) != masked_crc(rest.substr(0, 8))) {
    return std::nullopt;
  }
  const std::string_view data = rest.substr(kHeaderBytes, length);
  return rest.substr(kHeaderBytes + length, 4) == masked_crc(data) ? std::optional(data) : std::nullopt;
}

} // namespace

std::uint32_t crc32c(std::string_view bytes) { return brainmvp::crc32c(bytes); }

EventFile::EventFile(const std::filesystem::path& path) : file_(path) {
  if (file_.empty()) {
    file_.append(record(event(0) + protobuf::bytes(kEventFileVersion, "brain.Event:2")));
  }
}

void EventFile::scalar(const std::string& tag, std::uint64_t step, double value) {
  file_.append(record(summary_event(tag, step, protobuf::number(kValueSimple, static_cast<float>(value)))));
}

void EventFile::picture(const std::string& tag, std::uint64_t step, const io::Picture& picture) {
  const std::string image = protobuf::integer(kImageHeight, picture.height) + protobuf::integer(kImageWidth, picture.width) +
                            protobuf::integer(kImageColorspace, picture.channels) +
                            protobuf::bytes(kImageBytes, io::encode_png(picture));
  file_.append(record(summary_event(tag, step, protobuf::bytes(kValueImage, image))));
}

void cut_event_file(const std::filesystem::path& path, std::uint64_t last_step) {
  std::ifstream stream(path, std::ios::binary);
  const std::string content{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  std::size_t kept = 0;
  while (const auto data = first_record(std::string_view(content).substr(kept))) {
    if (protobuf::find_integer(*data, kEventStep).value_or(0) > last_step) {
      break;
    }
    kept += data->size() + kFrameBytes;
  }
  std::error_code error;
  std::filesystem::resize_file(path, kept, error);
  if (error) {
    throw_write_error(path, error.value());
  }
}

} // namespace brainmvp::train
