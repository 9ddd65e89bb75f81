// Conversion between .pt and .safetensors. Torch-free, so that the command is.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace brainmvp::checkpoint {

struct Conversion {
  std::size_t tensors = 0;
  std::uint64_t bytes = 0;
  std::vector<std::string> metadata; // other entries that were kept
  std::vector<std::string> dropped;  // entries that the new file has no place for, each with the reason
};

// Throws Error(kUsage) unless one name ends in .safetensors and the other in .pt or .pth. To be called before any work.
void check_conversion(const std::filesystem::path& in, const std::filesystem::path& out);

// Names, types and values of the weights stay as they are. A .pt gets them under "state_dict", and each metadata text of
// the .safetensors as an entry; the other way, plain entries become metadata texts (lists and dicts as JSON) and whatever
// else holds tensors (optimizer, random streams) is dropped. Throws as the readers and writers of checkpoint.h.
Conversion convert(const std::filesystem::path& in, const std::filesystem::path& out);

} // namespace brainmvp::checkpoint
