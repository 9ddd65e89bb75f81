#include "report/events.h"

#include <bit>
#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>
#include <utility>

#include "base/error.h"
#include "io/event_record.h"
#include "io/protobuf.h"

namespace brainmvp::report {
namespace {

namespace protobuf = io::protobuf;
namespace record = io::event_record;

constexpr std::string_view kPngSignature = "\x89PNG\r\n\x1a\n";

void read_image(std::string_view message, EventPicture& picture) {
  while (const auto field = protobuf::take_field(message)) {
    if (field->number == record::kImageHeight) {
      picture.height = field->integer;
    } else if (field->number == record::kImageWidth) {
      picture.width = field->integer;
    } else if (field->number == record::kImageBytes) {
      picture.png = field->bytes;
    }
  }
}

bool is_of_metrics(std::string_view tag) { return tag.starts_with("train/") || tag.starts_with("timings/"); }

// A value of a summary: a PNG picture, or a number.
void read_value(std::string_view message, std::uint64_t step, EventLog& log) {
  EventPicture picture{.tag = {}, .step = step, .png = {}};
  double number = std::numeric_limits<double>::quiet_NaN();
  while (const auto field = protobuf::take_field(message)) {
    if (field->number == record::kValueTag) {
      picture.tag = field->bytes;
    } else if (field->number == record::kValueImage) {
      read_image(field->bytes, picture);
    } else if (field->number == record::kValueSimple) {
      number = std::bit_cast<float>(static_cast<std::uint32_t>(field->integer));
    }
  }
  if (picture.png.starts_with(kPngSignature)) {
    log.pictures.push_back(std::move(picture));
  } else if (std::isfinite(number) && !is_of_metrics(picture.tag)) {
    log.numbers.push_back({.tag = std::move(picture.tag), .step = step, .value = number});
  }
}

void read_event(std::string_view message, EventLog& log) {
  const std::uint64_t step = protobuf::find_integer(message, record::kEventStep).value_or(0);
  while (const auto field = protobuf::take_field(message)) {
    std::string_view summary = field->number == record::kEventSummary ? field->bytes : std::string_view{};
    while (const auto value = protobuf::take_field(summary)) {
      if (value->number == record::kSummaryValue) {
        read_value(value->bytes, step, log);
      }
    }
  }
}

} // namespace

EventLog read_events(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string content{std::istreambuf_iterator<char>(file), {}};
  if (!file.is_open() || file.bad()) {
    throw Error(ExitCode::kBadInput, path.string() + ": cannot be read; check its permissions");
  }
  EventLog log;
  for (std::size_t at = 0; at < content.size();) {
    const auto data = record::first(std::string_view(content).substr(at));
    if (!data) {
      log.damage = "damaged or cut from byte " + std::to_string(at) + " of " + std::to_string(content.size()) +
                   "; what was recorded after it is left out";
      break;
    }
    read_event(*data, log);
    at += data->size() + record::kFrameBytes;
  }
  return log;
}

} // namespace brainmvp::report
