// What a session can be told, as plain data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace brainmvp::train {

struct SessionOptions {
  std::filesystem::path folder = {}; // of the run
  std::string config = {};           // resolved TOML: written to the run and compared on resuming
  std::string program_version = {};  // kept in checkpoints
  bool resume = false;
  bool force = false;
  std::uint64_t stop_after = 0;                   // ends in order when the run has so many steps; 0: at the end of the schedule
  std::optional<std::uint64_t> warmup_steps = {}; // nothing: as the kind of training sees fit
  double clip = 0;                                // largest norm of the gradient; 0: not clipped
  std::uint64_t checkpoint_every = 100;
  std::size_t keep = 2;                 // numbered checkpoints
  std::uint64_t log_images_every = 100; // 0: no pictures
  std::uint64_t validate_every = 0;     // 0: as the kind of training sees fit
  std::size_t loader_threads = 2;
  std::size_t threads = 1;
  std::uint64_t rank_timeout_s = 600; // that ranks wait for each other
  std::uint64_t seed = 0;
  std::string device = "cpu";
  std::string precision = "auto";
  std::string kernels = "fused"; // or "aten"
  bool checkpoint_activations = false;
};

} // namespace brainmvp::train
