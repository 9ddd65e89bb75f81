#include "base/environment.h"

#include <cstdlib>
#include <string>

#include "support/support.h"

namespace brainmvp {
namespace {

std::string tunables_after(const char* before) {
  EXPECT_EQ(before == nullptr ? ::unsetenv("GLIBC_TUNABLES") : ::setenv("GLIBC_TUNABLES", before, 1), 0);
  const bool first = settle_environment(), again = settle_environment();
  EXPECT_FALSE(again) << "a program would start itself for ever";
  const std::string after = std::getenv("GLIBC_TUNABLES");
  EXPECT_EQ(first, before == nullptr || after != before);
  return after;
}

TEST(Environment, LargePagesAreAskedForBesideWhatTheUserHasSet) {
  ::setenv("OMP_WAIT_POLICY", "PASSIVE", 1);
  const char* found = std::getenv("GLIBC_TUNABLES");
  const std::string own = found == nullptr ? "" : found;
  EXPECT_EQ(tunables_after(nullptr), "glibc.malloc.hugetlb=1");
  EXPECT_EQ(tunables_after(""), "glibc.malloc.hugetlb=1");
  EXPECT_EQ(tunables_after("glibc.malloc.arena_max=2"), "glibc.malloc.arena_max=2:glibc.malloc.hugetlb=1");
  EXPECT_EQ(tunables_after("glibc.malloc.hugetlb=0"), "glibc.malloc.hugetlb=0");
  ::setenv("GLIBC_TUNABLES", own.c_str(), 1);
}

} // namespace
} // namespace brainmvp
