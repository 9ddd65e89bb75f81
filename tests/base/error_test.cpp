#include "base/error.h"

#include "support/support.h"

namespace brainmvp {
namespace {

TEST(Error, ContextsStandOutermostFirstAndTheCodeStays) {
  try {
    with_context("preparing study 7",
                 [] { with_context("reading label", []() -> void { throw Error(ExitCode::kBadInput, "seg.nii: 3 bytes"); }); });
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "preparing study 7: reading label: seg.nii: 3 bytes");
    EXPECT_EQ(error.code(), ExitCode::kBadInput);
  }
}

TEST(Error, ContextReturnsWhatTheWorkReturns) {
  EXPECT_EQ(with_context("adding", [] { return 1 + 1; }), 2);
}

} // namespace
} // namespace brainmvp
