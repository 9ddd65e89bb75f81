// Mapped files that are cut while they are read.
#include <csignal>

#include "store/mapped_file.h"
#include "support/support.h"

namespace brainmvp::store {
namespace {
namespace fs = std::filesystem;

constexpr std::size_t kPages = 16 * 4096;

TEST(TruncatedMapping, ACutFileIsNamed) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "anna/t1.nii", std::string(kPages, 'x'));
  test::write_text(folder / "anna/t2.nii", std::string(kPages, 'x'));
  const MappedFile whole(folder / "anna/t2.nii");
  const MappedFile file(folder / "anna/t1.nii");
  fs::resize_file(folder / "anna/t1.nii", 4096);
  EXPECT_EQ(file.bytes()[4095], std::byte{'x'});
  EXPECT_EXIT((void)*static_cast<const volatile std::byte*>(&file.bytes()[kPages - 1]), testing::ExitedWithCode(4),
              "^error: .*/anna/t1.nii: cannot be read any more: it was cut");
}

TEST(TruncatedMapping, OtherBusErrorsStayWhatTheyAre) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "a", "x");
  const MappedFile file(folder / "a");
  EXPECT_EXIT(::raise(SIGBUS), testing::KilledBySignal(SIGBUS), "^$");
}

} // namespace
} // namespace brainmvp::store
