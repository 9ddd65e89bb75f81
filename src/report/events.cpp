#include "report/events.h"

#include <cstring>
#include <fstream>
#include <optional>

#include "base/checksum.h"
#include "base/error.h"
#include "io/protobuf.h"

namespace brainmvp::report {
namespace {

namespace protobuf = io::protobuf;

constexpr std::size_t kHeaderBytes = 12; // length and its checksum
constexpr std::size_t kChecksumBytes = 4;
constexpr std::string_view kPngSignature = "\x89PNG\r\n\x1a\n";

// Field numbers of event.proto and summary.proto.
constexpr std::uint32_t kEventStep = 2;
constexpr std::uint32_t kEventSummary = 5;
constexpr std::uint32_t kSummaryValue = 1;
constexpr std::uint32_t kValueTag = 1;
constexpr std::uint32_t kValueImage = 4;
constexpr std::uint32_t kImageHeight = 1;
constexpr std::uint32_t kImageWidth = 2;
constexpr std::uint32_t kImageBytes = 4;

bool checksum_fits(std::string_view bytes, const char* stored) {
  return io::protobuf::fixed32(masked_crc32c(bytes)) == std::string_view(stored, kChecksumBytes);
}

// Reads the next record, of which at most `left` bytes are there.
std::optional<std::string> read_record(std::istream& file, std::uint64_t left) {
  std::string header(kHeaderBytes, '\0');
  if (left < kHeaderBytes + kChecksumBytes || !file.read(header.data(), kHeaderBytes) ||
      !checksum_fits(std::string_view(header).substr(0, 8), header.data() + 8)) {
    return std::nullopt;
  }
  std::uint64_t length = 0;
  std::memcpy(&length, header.data(), sizeof length);
  if (length > left - kHeaderBytes - kChecksumBytes) {
    return std::nullopt;
  }
  std::string data(length + kChecksumBytes, '\0');
  if (!file.read(data.data(), static_cast<std::streamsize>(data.size())) ||
      !checksum_fits(std::string_view(data).substr(0, length), data.data() + length)) {
    return std::nullopt;
  }
  data.resize(length);
  return data;
}

void read_image(std::string_view message, EventPicture& picture) {
  while (const auto field = protobuf::take_field(message)) {
    if (field->number == kImageHeight) {
      picture.height = field->integer;
    } else if (field->number == kImageWidth) {
      picture.width = field->integer;
    } else if (field->number == kImageBytes) {
      picture.png = field->bytes;
    }
  }
}

// A value of a summary, when it is a PNG picture.
std::optional<EventPicture> read_value(std::string_view message) {
  EventPicture picture;
  while (const auto field = protobuf::take_field(message)) {
    if (field->number == kValueTag) {
      picture.tag = field->bytes;
    } else if (field->number == kValueImage) {
      read_image(field->bytes, picture);
    }
  }
  return picture.png.starts_with(kPngSignature) ? std::optional(std::move(picture)) : std::nullopt;
}

void read_event(std::string_view message, std::vector<EventPicture>& pictures) {
  const std::uint64_t step = protobuf::find_integer(message, kEventStep).value_or(0);
  while (const auto field = protobuf::take_field(message)) {
    std::string_view summary = field->number == kEventSummary ? field->bytes : std::string_view{};
    while (const auto value = protobuf::take_field(summary)) {
      if (value->number != kSummaryValue) {
        continue;
      }
      if (auto picture = read_value(value->bytes)) {
        picture->step = step;
        pictures.push_back(std::move(*picture));
      }
    }
  }
}

} // namespace

EventLog read_events(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) {
    throw Error(ExitCode::kBadInput, path.string() + ": cannot be read; check its permissions");
  }
  const auto size = static_cast<std::uint64_t>(file.tellg());
  file.seekg(0);
  EventLog log;
  for (std::uint64_t at = 0; at < size;) {
    const auto record = read_record(file, size - at);
    if (!record) {
      log.damage = "damaged or cut from byte " + std::to_string(at) + " of " + std::to_string(size) +
                   "; what was recorded after it is left out";
      break;
    }
    read_event(*record, log.pictures);
    at += record->size() + kHeaderBytes + kChecksumBytes;
  }
  return log;
}

} // namespace brainmvp::report
