#include "parallel/launch.h"

#include <charconv>
#include <cstdlib>

#include "base/error.h"
#include "base/text.h"

namespace brainmvp::parallel {
namespace {

class Variables {
public:
  explicit Variables(const Environment& environment) : environment_(environment) {}

  [[nodiscard]] bool has(const std::string& name) const { return environment_(name).has_value(); }

  [[nodiscard]] std::string text(const std::string& name) const {
    const std::optional<std::string> value = environment_(name);
    if (!value || value->empty()) {
      throw Error(ExitCode::kUsage,
                  name + " is not set, though other variables say that this process is one of several ranks; set " +
                      "RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT, or start with torchrun or srun");
    }
    return *value;
  }

  [[nodiscard]] int number(const std::string& name, int lowest, int highest) const {
    const std::string value = text(name);
    int result = 0;
    const auto [end, fault] = std::from_chars(value.data(), value.data() + value.size(), result);
    if (fault != std::errc() || end != value.data() + value.size() || result < lowest || result > highest) {
      throw Error(ExitCode::kUsage, name + "=" + value + ": expected a whole number from " + std::to_string(lowest) + " to " +
                                        std::to_string(highest));
    }
    return result;
  }

  [[nodiscard]] int number_or(const std::string& name, int lowest, int highest, int otherwise) const {
    return has(name) ? number(name, lowest, highest) : otherwise;
  }

private:
  const Environment& environment_;
};

constexpr int kMostRanks = 1 << 20;
constexpr int kHighestPort = 65535;

Launch plain_launch(const Variables& variables) {
  const int size = variables.number("WORLD_SIZE", 1, kMostRanks);
  const int rank = variables.number("RANK", 0, size - 1);
  if (size == 1) {
    return {};
  }
  const int local_size = variables.number_or("LOCAL_WORLD_SIZE", 1, size, 1);
  return {.rank = rank,
          .size = size,
          .local_rank = variables.number_or("LOCAL_RANK", 0, size - 1, 0),
          .local_size = local_size,
          .address = variables.text("MASTER_ADDR"),
          .port = static_cast<std::uint16_t>(variables.number("MASTER_PORT", 1, kHighestPort)),
          .agent_has_store =
              variables.has("TORCHELASTIC_USE_AGENT_STORE") && variables.text("TORCHELASTIC_USE_AGENT_STORE") == "True",
          .attempt = static_cast<std::uint64_t>(variables.number_or("TORCHELASTIC_RESTART_COUNT", 0, kMostRanks, 0))};
}

// The same for all ranks of a job, and rarely that of another job on the same machine.
std::uint16_t port_of_job(int job) {
  constexpr int kFirst = 20000, kPorts = 10000;
  return static_cast<std::uint16_t>(kFirst + job % kPorts);
}

// "4(x2),3" -> 4: SLURM counts the tasks of each machine.
int tasks_here(const Variables& variables, int size) {
  const std::string counts = variables.text("SLURM_STEP_TASKS_PER_NODE");
  const bool all_alike = counts.find(',') == std::string::npos;
  int tasks = 1;
  std::from_chars(counts.data(), counts.data() + counts.size(), tasks);
  return all_alike ? std::min(tasks, size) : 1;
}

Launch slurm_launch(const Variables& variables) {
  const int size = variables.number("SLURM_STEP_NUM_TASKS", 1, kMostRanks);
  if (size == 1) {
    return {};
  }
  const std::uint16_t port = variables.has("MASTER_PORT")
                                 ? static_cast<std::uint16_t>(variables.number("MASTER_PORT", 1, kHighestPort))
                                 : port_of_job(variables.number("SLURM_JOB_ID", 0, std::numeric_limits<int>::max()));
  return {.rank = variables.number("SLURM_PROCID", 0, size - 1),
          .size = size,
          .local_rank = variables.number("SLURM_LOCALID", 0, size - 1),
          .local_size = tasks_here(variables, size),
          .address = variables.text(variables.has("MASTER_ADDR") ? "MASTER_ADDR" : "SLURM_LAUNCH_NODE_IPADDR"),
          .port = port};
}

} // namespace

Launch read_launch(const Environment& environment) {
  const Variables variables(environment);
  if (variables.has("WORLD_SIZE") || variables.has("RANK")) {
    return plain_launch(variables);
  }
  if (variables.has("SLURM_STEP_NUM_TASKS") && variables.has("SLURM_PROCID")) { // absent in a batch script without srun
    return slurm_launch(variables);
  }
  return {};
}

Launch read_launch() {
  return read_launch([](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  });
}

} // namespace brainmvp::parallel
