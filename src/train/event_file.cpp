#include "train/event_file.h"

#include <chrono>
#include <fstream>
#include <iterator>

#include "base/atomic_file.h"
#include "io/event_record.h"
#include "io/protobuf.h"

namespace brainmvp::train {
namespace protobuf = io::protobuf;
namespace record = io::event_record;
namespace {

std::string event(std::uint64_t step) {
  const std::chrono::duration<double> now = std::chrono::system_clock::now().time_since_epoch();
  return protobuf::number(record::kEventWallTime, now.count()) + protobuf::integer(record::kEventStep, step);
}

std::string summary_event(const std::string& tag, std::uint64_t step, const std::string& content) {
  const std::string value = protobuf::bytes(record::kValueTag, tag) + content;
  return event(step) + protobuf::bytes(record::kEventSummary, protobuf::bytes(record::kSummaryValue, value));
}

} // namespace

EventFile::EventFile(const std::filesystem::path& path) : file_(path) {
  if (file_.empty()) {
    file_.append(record::framed(event(0) + protobuf::bytes(record::kEventFileVersion, "brain.Event:2")));
  }
}

void EventFile::scalar(const std::string& tag, std::uint64_t step, double value) {
  file_.append(record::framed(summary_event(tag, step, protobuf::number(record::kValueSimple, static_cast<float>(value)))));
}

void EventFile::picture(const std::string& tag, std::uint64_t step, const io::Picture& picture) {
  const std::string image = protobuf::integer(record::kImageHeight, picture.height) +
                            protobuf::integer(record::kImageWidth, picture.width) +
                            protobuf::integer(record::kImageColorspace, picture.channels) +
                            protobuf::bytes(record::kImageBytes, io::encode_png(picture));
  file_.append(record::framed(summary_event(tag, step, protobuf::bytes(record::kValueImage, image))));
}

void cut_event_file(const std::filesystem::path& path, std::uint64_t last_step) {
  std::ifstream stream(path, std::ios::binary);
  const std::string content{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  std::size_t kept = 0;
  while (const auto data = record::first(std::string_view(content).substr(kept))) {
    if (protobuf::find_integer(*data, record::kEventStep).value_or(0) > last_step) {
      break;
    }
    kept += data->size() + record::kFrameBytes;
  }
  std::error_code error;
  std::filesystem::resize_file(path, kept, error);
  if (error) {
    throw_write_error(path, error.value());
  }
}

} // namespace brainmvp::train
