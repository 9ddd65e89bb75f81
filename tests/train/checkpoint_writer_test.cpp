#include "train/checkpoint_writer.h"

#include <atomic>

#include "base/error.h"
#include "support/support.h"

namespace brainmvp::train {
namespace {

[[noreturn]] void fail() { throw Error(ExitCode::kOutOfResources, "last.pt: no space"); }

TEST(CheckpointWriter, WritesInOrderBesideTheCaller) {
  std::promise<void> go_on;
  std::string order;
  CheckpointWriter writer;
  writer.start([&, ready = go_on.get_future().share()] {
    ready.wait();
    order += "a";
  });
  writer.start([&] { order += "b"; }); // returns although the first is not done
  EXPECT_TRUE(order.empty());
  go_on.set_value();
  writer.start([&] { order += "c"; });
  writer.wait();
  EXPECT_EQ(order, "abc");
}

TEST(CheckpointWriter, AFailureIsThrownOnceWithItsCodeAndStartsNothing) {
  std::atomic<int> written = 0;
  CheckpointWriter writer;
  writer.start(fail);
  try {
    for (int i = 0; i < 3; ++i) { // no later than at the third, for which the first is waited for
      writer.start([&] { ++written; });
    }
    FAIL() << "the failure was lost";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kOutOfResources);
    EXPECT_EQ(error.message(), "last.pt: no space");
  }
  EXPECT_NO_THROW(writer.wait());
  EXPECT_LT(written, 2);
  writer.start(fail);
  EXPECT_THROW(writer.wait(), Error);
}

TEST(CheckpointWriter, ItsEndWaitsAndTellsOfFailures) {
  std::promise<void> go_on;
  std::atomic<bool> written = false;
  testing::internal::CaptureStderr();
  {
    CheckpointWriter writer;
    writer.start([ready = go_on.get_future().share()] {
      ready.wait();
      fail();
    });
    writer.start([&] { written = true; });
    go_on.set_value();
  }
  EXPECT_TRUE(written);
  EXPECT_NE(testing::internal::GetCapturedStderr().find("a checkpoint was not written: last.pt: no space"), std::string::npos);
}

} // namespace
} // namespace brainmvp::train
