// Checkpoint files: .pt that Python's torch.load(weights_only=True) reads and writes, and .safetensors for weights.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "checkpoint/value.h"
#include "runtime/named_tensors.h"

namespace brainmvp::checkpoint {

// Reads a .pt file. Builds tensors and plain containers only; any other global is refused by name and nothing is run.
// Throws Error(kBadInput): truncated, pre-1.6 format (with the Python line that converts it), hostile, not a checkpoint.
Value read_pt(const std::filesystem::path& path);

// Writes in one step. Throws Error(kOutput or kOutOfResources).
void write_pt(const std::filesystem::path& path, const Value& value);

// Of a file, or of all parts that an index names (model.safetensors.index.json).
NamedTensors read_safetensors(const std::filesystem::path& path, std::map<std::string, std::string>* metadata = nullptr);
void write_safetensors(const std::filesystem::path& path, const NamedTensors& weights,
                       const std::map<std::string, std::string>& metadata = {});

// The weights in a .pt or .safetensors file: the dict itself or its "state_dict" (also "model", "model_state_dict", "net",
// "network_weights"), under the network's own names (own_weights). A single part of several files is refused.
NamedTensors read_weights(const std::filesystem::path& path);

// These, and what else the file says: the entries of a .pt, the metadata of a .safetensors.
struct Contents {
  Value entries;
  NamedTensors weights;
};
Contents read_contents(const std::filesystem::path& path);

// The same in two steps, from a value that read_pt gave. Throws Error(kBadInput) when there are no tensors.
NamedTensors weights_of(const Value& checkpoint);

// Without what wrappers put into the names (wrappers.h), which is logged. `path`: for the log.
NamedTensors own_weights(const NamedTensors& weights, const std::filesystem::path& path);

// Whether the file holds only weights: the name says .safetensors (and the content is no zip archive of torch.save), or is
// that of an index of several files.
bool is_safetensors(const std::filesystem::path& path);

// What became of each tensor when weights were put into a model.
struct TransferReport {
  std::vector<std::string> loaded;
  std::vector<std::string> missing;                            // in the model, not in the file
  std::vector<std::string> unused;                             // in the file, not in the model
  std::vector<std::pair<std::string, std::string>> mismatched; // name and "shape [..] in the file, [..] in the model"
  [[nodiscard]] std::string summary() const;                   // several lines, for people
};

// Copies, without autograd, every tensor whose name and shape fit (any floating type is converted).
TransferReport transfer(const NamedTensors& from, const NamedTensors& to);

} // namespace brainmvp::checkpoint
