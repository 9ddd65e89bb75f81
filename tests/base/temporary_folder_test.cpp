#include "base/temporary_folder.h"

#include <gtest/gtest.h>

#include "support/support.h"

namespace brainmvp {
namespace {

TEST(TemporaryFolder, GoesAwayWithTheObject) {
  std::filesystem::path path;
  {
    const TemporaryFolder folder;
    path = folder.path();
    test::write_text(path / "a", "b");
    EXPECT_TRUE(std::filesystem::exists(path));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

} // namespace
} // namespace brainmvp
