// Which rank of how many this process is, as torchrun, SLURM's srun or plain environment variables say.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace brainmvp::parallel {

struct Launch {
  int rank = 0;
  int size = 1;       // of the world
  int local_rank = 0; // on this machine
  int local_size = 1; // ranks on this machine, as far as is known
  std::string address;
  std::uint16_t port = 0;
  bool agent_has_store = false; // torchrun's agent listens at the address; otherwise rank 0 does
  std::uint64_t attempt = 0;    // how often torchrun has started the ranks again

  [[nodiscard]] bool alone() const { return size == 1; }
};

using Environment = std::function<std::optional<std::string>(const std::string& name)>;

// RANK, WORLD_SIZE, MASTER_ADDR, MASTER_PORT and, where they are set, LOCAL_RANK, LOCAL_WORLD_SIZE and torchrun's own; or those
// of a step of srun, whose port follows from the job's number. Without any of them the process is alone. Throws Error(kUsage) for
// an incomplete or contradictory set, naming the variable.
Launch read_launch(const Environment& environment);
Launch read_launch();

} // namespace brainmvp::parallel
