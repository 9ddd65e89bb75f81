// What a checkpoint file holds, for people. Torch-free, so that the command is.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace brainmvp::checkpoint {

struct TensorSummary {
  std::string name; // path of keys, joined by "."
  std::string dtype;
  std::string shape; // "[2, 3]"
  std::uint64_t elements = 0;
  std::uint64_t bytes = 0;
  std::uint64_t non_finite = 0; // elements that are NaN or infinite
};

struct EntrySummary {
  std::string name;
  std::string content; // "int 3", "dict of 2 entries with 8 tensors", ...
};

struct Inspection {
  std::string format;                 // ".pt" or "safetensors"
  std::vector<TensorSummary> weights; // those that read_weights would give, prefix kept
  std::vector<EntrySummary> others;   // further entries, optimizer states among them
};

// Reads the whole file, checksums included, or all parts that an index in a folder names. Throws Error(kBadInput) for a damaged
// or hostile one.
Inspection inspect(const std::filesystem::path& path);

// Whether the name ends as a checkpoint (.pt, .pth, .ckpt, .safetensors) or an index of its parts.
bool has_checkpoint_extension(const std::filesystem::path& path);

} // namespace brainmvp::checkpoint
