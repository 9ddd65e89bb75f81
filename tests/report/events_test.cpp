// Event files written by other software, and damaged ones.
#include "report/events.h"

#include <limits>

#include "base/checksum.h"
#include "base/error.h"
#include "io/png.h"
#include "io/protobuf.h"
#include "support/support.h"

namespace brainmvp::report {
namespace {
namespace fs = std::filesystem;
namespace protobuf = io::protobuf;

std::string framed(const std::string& data) {
  const std::string length = protobuf::fixed64(data.size());
  return length + protobuf::fixed32(masked_crc32c(length)) + data + protobuf::fixed32(masked_crc32c(data));
}

std::string picture_event(const std::string& tag, std::uint64_t step, const std::string& png) {
  const std::string image = protobuf::integer(1, 2) + protobuf::integer(2, 3) + protobuf::integer(3, 1) + protobuf::bytes(4, png);
  const std::string value = protobuf::bytes(1, tag) + protobuf::bytes(4, image);
  return protobuf::number(1, 1.5) + protobuf::integer(2, step) + protobuf::bytes(5, protobuf::bytes(1, value));
}

std::string scalar_event(std::uint64_t step, const std::string& tag = "loss", float number = 0.5F) {
  const std::string value = protobuf::bytes(1, tag) + protobuf::number(2, number);
  return protobuf::number(1, 1.5) + protobuf::integer(2, step) + protobuf::bytes(5, protobuf::bytes(1, value));
}

std::string small_png() {
  return io::encode_png({.width = 3, .height = 2, .channels = 1, .pixels = {0, 50, 100, 150, 200, 250}});
}

EventLog read(const test::TemporaryFolder& folder, const std::string& bytes) {
  test::write_text(folder / "events", bytes);
  return read_events(folder / "events");
}

TEST(Events, GivesPicturesWithTagAndStep) {
  const test::TemporaryFolder folder;
  const std::string png = small_png();
  const EventLog log = read(folder, framed(scalar_event(1)) + framed(picture_event("views", 300, png)) +
                                        framed(picture_event("other", 70000, png)));
  EXPECT_EQ(log.damage, "");
  ASSERT_EQ(log.pictures.size(), 2U);
  EXPECT_EQ(log.pictures[0].tag, "views");
  EXPECT_EQ(log.pictures[0].step, 300U);
  EXPECT_EQ(log.pictures[0].width, 3U);
  EXPECT_EQ(log.pictures[0].height, 2U);
  EXPECT_EQ(log.pictures[0].png, png);
  EXPECT_EQ(log.pictures[1].step, 70000U);
}

TEST(Events, GivesTheNumbersOfPicturesOnly) {
  const test::TemporaryFolder folder;
  const EventLog log = read(folder, framed(scalar_event(1, "train/loss")) + framed(scalar_event(1, "timings/seconds")) +
                                        framed(scalar_event(300, "views/error", 0.25F)) +
                                        framed(scalar_event(301, "views/error", std::numeric_limits<float>::quiet_NaN())));
  ASSERT_EQ(log.numbers.size(), 1U);
  EXPECT_EQ(log.numbers[0].tag, "views/error");
  EXPECT_EQ(log.numbers[0].step, 300U);
  EXPECT_EQ(log.numbers[0].value, 0.25);
  EXPECT_TRUE(log.pictures.empty());
}

TEST(Events, ReadsWhatTensorBoardWrites) {
  const test::TemporaryFolder folder;
  const test::ProcessResult python = test::run_python(R"py(
import sys, io
from PIL import Image
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.event_file_writer import EventFileWriter
buffer = io.BytesIO()
Image.new("L", (5, 4), 77).save(buffer, "png")
image = Summary.Image(height=4, width=5, colorspace=1, encoded_image_string=buffer.getvalue())
writer = EventFileWriter(sys.argv[1])
writer.add_event(Event(step=1, wall_time=2.0, summary=Summary(value=[Summary.Value(tag="loss", simple_value=0.5)])))
writer.add_event(Event(step=12345, wall_time=3.0, summary=Summary(value=[Summary.Value(tag="views", image=image)])))
writer.close()
)py",
                                                      {folder.path()});
  ASSERT_EQ(python.exit_code, 0) << python.err;
  const EventLog log = read_events(fs::directory_iterator(folder.path())->path());
  EXPECT_EQ(log.damage, "");
  ASSERT_EQ(log.pictures.size(), 1U);
  EXPECT_EQ(log.pictures[0].tag, "views");
  EXPECT_EQ(log.pictures[0].step, 12345U);
  EXPECT_EQ(log.pictures[0].width, 5U);
}

TEST(Events, ACutFileGivesWhatIsBeforeTheCut) {
  const test::TemporaryFolder folder;
  const std::string first = framed(picture_event("views", 1, small_png()));
  const std::string whole = first + framed(picture_event("views", 2, small_png()));
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const EventLog log = read(folder, whole.substr(0, length));
    EXPECT_EQ(log.pictures.size(), length < first.size() ? 0U : 1U) << length;
    EXPECT_EQ(log.damage.empty(), length == 0 || length == first.size()) << length;
  }
}

TEST(Events, AFlippedBitEndsTheReading) {
  const test::TemporaryFolder folder;
  const std::string first = framed(picture_event("views", 1, small_png()));
  const std::string whole = first + framed(picture_event("views", 2, small_png()));
  for (std::size_t byte = first.size(); byte < whole.size(); ++byte) {
    std::string damaged = whole;
    damaged[byte] = static_cast<char>(damaged[byte] ^ 0x10);
    const EventLog log = read(folder, damaged);
    EXPECT_EQ(log.pictures.size(), 1U) << byte;
    EXPECT_NE(log.damage.find("from byte " + std::to_string(first.size())), std::string::npos) << byte << ": " << log.damage;
  }
}

TEST(Events, MessagesThatContradictThemselvesGiveNoPicture) {
  const test::TemporaryFolder folder;
  const std::string whole = picture_event("views", 1, small_png());
  for (std::size_t length = 0; length < whole.size(); ++length) { // checksums that fit a cut message
    EXPECT_EQ(read(folder, framed(whole.substr(0, length))).pictures.size(), 0U) << length;
  }
  EXPECT_EQ(read(folder, framed(picture_event("views", 1, "<svg onload=alert(1)>"))).pictures.size(), 0U);
}

TEST(Events, AMissingFileIsRefusedByName) {
  try {
    (void)read_events("/nonexistent/events");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kBadInput);
    EXPECT_NE(error.message().find("/nonexistent/events"), std::string::npos);
  }
}

} // namespace
} // namespace brainmvp::report
