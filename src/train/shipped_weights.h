// Weights to start from that come with the program: .safetensors in ../lib/brainmvp/models beside it, by the file's name.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace brainmvp::train {

// Sorted; none where the program was copied without them.
std::vector<std::string> shipped_weights();

// The file of weights of that name, if there is one. Throws Error(kUsage) where a file or folder here has the name, too.
std::optional<std::filesystem::path> shipped_weights_named(const std::string& name);

} // namespace brainmvp::train
