#include "train/event_file.h"

#include <filesystem>

#include "base/checksum.h"
#include "support/support.h"

namespace brainmvp::train {
namespace {

constexpr const char* kReadEvents = R"py(
import sys, json, io
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from PIL import Image
import numpy
events = EventAccumulator(sys.argv[1], size_guidance={"images": 0, "scalars": 0}).Reload()
images = {}
for tag in events.Tags()["images"]:
    entry = events.Images(tag)[0]
    images[tag] = {"step": entry.step, "width": entry.width, "height": entry.height,
                   "pixels": numpy.asarray(Image.open(io.BytesIO(entry.encoded_image_string))).flatten().tolist()}
print(json.dumps({"scalars": {tag: [[e.step, e.value] for e in events.Scalars(tag)] for tag in events.Tags()["scalars"]},
                  "images": images}))
)py";

nlohmann::json read_with_tensorboard(const std::filesystem::path& folder) {
  const test::ProcessResult python = test::run_python(kReadEvents, {folder.string()});
  EXPECT_EQ(python.exit_code, 0) << python.err;
  return nlohmann::json::parse(python.out, nullptr, false);
}

TEST(EventFile, Crc32cHasItsCheckValue) {
  EXPECT_EQ(crc32c("123456789"), 0xE3069283U);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAU); // RFC 3720, B.4
}

TEST(EventFile, TensorBoardReadsScalarsAndPictures) {
  const test::TemporaryFolder folder;
  const auto path = folder / "events.out.tfevents.1.test";
  {
    EventFile events(path);
    events.scalar("train/loss", 1, 0.5);
    events.scalar("train/loss", 300, -2.25);
    events.picture("views", 300, {.width = 3, .height = 2, .channels = 1, .pixels = {0, 50, 100, 150, 200, 250}});
  }
  EventFile(path).scalar("train/loss", 70000, 8);
  const auto read = read_with_tensorboard(folder.path());
  EXPECT_EQ(read["scalars"]["train/loss"], nlohmann::json::parse("[[1, 0.5], [300, -2.25], [70000, 8.0]]"));
  EXPECT_EQ(read["images"]["views"],
            nlohmann::json::parse(R"({"step": 300, "width": 3, "height": 2, "pixels": [0, 50, 100, 150, 200, 250]})"));
}

TEST(EventFile, IsCutAfterAStepAndBeforeADamagedRecord) {
  const test::TemporaryFolder folder;
  const auto path = folder / "events.out.tfevents.1.test";
  {
    EventFile events(path);
    for (std::uint64_t step = 1; step <= 6; ++step) {
      events.scalar("loss", step, 1.0 / static_cast<double>(step));
    }
  }
  cut_event_file(path, 4);
  EventFile(path).scalar("loss", 5, 7);
  EXPECT_EQ(read_with_tensorboard(folder.path())["scalars"]["loss"].size(), 5U);
  const auto whole = std::filesystem::file_size(path);
  std::filesystem::resize_file(path, whole - 3);
  cut_event_file(path, 100);
  const auto read = read_with_tensorboard(folder.path())["scalars"]["loss"];
  ASSERT_EQ(read.size(), 4U);
  EXPECT_EQ(read.back(), nlohmann::json::parse("[4, 0.25]"));
}

} // namespace
} // namespace brainmvp::train
