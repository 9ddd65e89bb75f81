// Limits of control groups, in trees as Linux shows them.
#include "base/control_group.h"

#include <algorithm>

#include "base/machine.h"
#include "support/support.h"

namespace brainmvp {
namespace {
namespace fs = std::filesystem;

class ControlGroup : public testing::Test {
protected:
  void write(const std::string& name, const std::string& text) const {
    fs::create_directories((root_ / name).parent_path());
    test::write_text(root_ / name, text);
  }
  void quota(const std::string& group, const std::string& text) const { write("sys/fs/cgroup" + group + "/cpu.max", text); }

  const test::TemporaryFolder root_;
};

TEST_F(ControlGroup, WithoutLimitsThereAreNone) {
  EXPECT_EQ(processor_quota(root_.path()), std::nullopt);
  write("proc/self/cgroup", "0::/job\n");
  quota("/job", "max 100000\n");
  write("sys/fs/cgroup/job/memory.max", "max\n");
  write("sys/fs/cgroup/job/memory.current", "1000\n");
  EXPECT_EQ(processor_quota(root_.path()), std::nullopt);
  EXPECT_EQ(memory_left_in_group(root_.path()), std::nullopt);
}

TEST_F(ControlGroup, TheTightestOfAllGroupsAroundCounts) {
  write("proc/self/cgroup", "0::/slurm/job7/step0\n");
  quota("/slurm", "800000 100000\n");
  quota("/slurm/job7", "150000 100000\n");
  quota("/slurm/job7/step0", "max 100000\n");
  EXPECT_EQ(processor_quota(root_.path()), 1.5);
  write("sys/fs/cgroup/slurm/job7/memory.max", "1000000\n");
  write("sys/fs/cgroup/slurm/job7/memory.current", "700000\n");
  write("sys/fs/cgroup/slurm/job7/memory.stat", "anon 5\ninactive_file 200000\nslab 9\n");
  EXPECT_EQ(memory_left_in_group(root_.path()), 500000U);
}

TEST_F(ControlGroup, InAContainerTheNamesOfOuterGroupsAreNotThere) {
  write("proc/self/cgroup", "0::/../../docker/4a5b\n");
  quota("", "200000 100000\n");
  EXPECT_EQ(processor_quota(root_.path()), 2.0);
}

TEST_F(ControlGroup, VersionOne) {
  write("proc/self/cgroup", "5:memory:/job\n4:cpu,cpuacct:/job\n0::/\n");
  write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
  write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
  write("sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us", "50000\n");
  write("sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(processor_quota(root_.path()), 0.5);
  write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  write("sys/fs/cgroup/memory/memory.usage_in_bytes", "5\n");
  EXPECT_EQ(memory_left_in_group(root_.path()), std::nullopt);
  write("sys/fs/cgroup/memory/job/memory.limit_in_bytes", "1000\n");
  write("sys/fs/cgroup/memory/job/memory.usage_in_bytes", "400\n");
  write("sys/fs/cgroup/memory/job/memory.stat", "total_inactive_file 100\n");
  EXPECT_EQ(memory_left_in_group(root_.path()), 700U);
}

TEST_F(ControlGroup, ProcessorsAreCountedWithinTheQuota) {
  const std::size_t all = processor_count(1, root_.path());
  EXPECT_GE(processor_count(1000, root_.path()), 1U);
  write("proc/self/cgroup", "0::/\n");
  quota("", "30000 100000\n");
  EXPECT_EQ(processor_count(1, root_.path()), 1U);
  quota("", "100000000 100000\n");
  EXPECT_EQ(processor_count(1, root_.path()), all);
  quota("", "150000 100000\n");
  EXPECT_EQ(processor_count(1, root_.path()), std::min<std::size_t>(all, 2)) << "half a processor is used by a thread of its own";
  EXPECT_EQ(processor_count(2, root_.path()), 1U) << "ranks share the quota";
}

} // namespace
} // namespace brainmvp
