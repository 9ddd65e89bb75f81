#include "parallel/launch.h"

#include <gtest/gtest.h>

#include <map>

#include "base/error.h"

namespace brainmvp::parallel {
namespace {

using Variables = std::map<std::string, std::string>;

Launch launch_with(const Variables& variables) {
  return read_launch([&](const std::string& name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional<std::string>(found->second);
  });
}

std::string refusal_of(const Variables& variables) {
  try {
    launch_with(variables);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kUsage);
    return error.message();
  }
  return "";
}

TEST(Launch, WithoutVariablesTheProcessIsAlone) {
  EXPECT_TRUE(launch_with({}).alone());
  EXPECT_TRUE(launch_with({{"RANK", "0"}, {"WORLD_SIZE", "1"}}).alone());
  EXPECT_TRUE(
      launch_with({{"SLURM_JOB_ID", "7"}, {"SLURM_NTASKS", "4"}, {"SLURM_PROCID", "0"}}).alone()); // a batch script, no srun
}

TEST(Launch, ReadsWhatTorchrunSets) {
  const Launch launch = launch_with({{"RANK", "5"},
                                     {"WORLD_SIZE", "8"},
                                     {"LOCAL_RANK", "1"},
                                     {"LOCAL_WORLD_SIZE", "4"},
                                     {"MASTER_ADDR", "node1"},
                                     {"MASTER_PORT", "29500"},
                                     {"TORCHELASTIC_RESTART_COUNT", "2"},
                                     {"TORCHELASTIC_USE_AGENT_STORE", "True"}});
  EXPECT_EQ(launch.rank, 5);
  EXPECT_EQ(launch.size, 8);
  EXPECT_EQ(launch.local_rank, 1);
  EXPECT_EQ(launch.local_size, 4);
  EXPECT_EQ(launch.address, "node1");
  EXPECT_EQ(launch.port, 29500);
  EXPECT_TRUE(launch.agent_has_store);
  EXPECT_EQ(launch.attempt, 2U);
}

TEST(Launch, ReadsAStepOfSrun) {
  Variables step{{"SLURM_STEP_NUM_TASKS", "6"},
                 {"SLURM_PROCID", "4"},
                 {"SLURM_LOCALID", "1"},
                 {"SLURM_JOB_ID", "123456"},
                 {"SLURM_STEP_TASKS_PER_NODE", "3(x2)"},
                 {"SLURM_LAUNCH_NODE_IPADDR", "10.0.0.7"}};
  Launch launch = launch_with(step);
  EXPECT_EQ(launch.rank, 4);
  EXPECT_EQ(launch.size, 6);
  EXPECT_EQ(launch.local_size, 3);
  EXPECT_EQ(launch.address, "10.0.0.7");
  EXPECT_EQ(launch.port, 23456);
  step["MASTER_ADDR"] = "node9";
  step["MASTER_PORT"] = "4000";
  launch = launch_with(step);
  EXPECT_EQ(launch.address, "node9");
  EXPECT_EQ(launch.port, 4000);
}

TEST(Launch, NamesWhatIsMissingOrWrong) {
  EXPECT_NE(refusal_of({{"RANK", "1"}}).find("WORLD_SIZE is not set"), std::string::npos);
  EXPECT_NE(refusal_of({{"RANK", "1"}, {"WORLD_SIZE", "2"}}).find("MASTER_ADDR is not set"), std::string::npos);
  EXPECT_NE(refusal_of({{"RANK", "2"}, {"WORLD_SIZE", "2"}, {"MASTER_ADDR", "a"}, {"MASTER_PORT", "1"}}).find("RANK=2"),
            std::string::npos);
  EXPECT_NE(refusal_of({{"RANK", "0"}, {"WORLD_SIZE", "two"}}).find("WORLD_SIZE=two"), std::string::npos);
  EXPECT_NE(
      refusal_of({{"RANK", "0"}, {"WORLD_SIZE", "2"}, {"MASTER_ADDR", "a"}, {"MASTER_PORT", "99999"}}).find("MASTER_PORT=99999"),
      std::string::npos);
}

} // namespace
} // namespace brainmvp::parallel
