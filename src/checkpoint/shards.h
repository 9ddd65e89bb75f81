// Weights in several files, as Hugging Face's libraries write large ones: model-00001-of-00002.safetensors, ... and
// model.safetensors.index.json, which says where each tensor is; the same with .bin.
#pragma once

#include <filesystem>
#include <optional>

#include "checkpoint/checkpoint.h"
#include "runtime/named_tensors.h"

namespace brainmvp::checkpoint {

// Whether the name is that of an index.
bool is_index(const std::filesystem::path& path);

// The index in a folder; nothing without one. Throws Error(kBadInput) for several, for parts without an index, and for what
// torch.distributed.checkpoint wrote, which is not read.
std::optional<std::filesystem::path> index_in(const std::filesystem::path& folder);

// Throws Error(kBadInput) when the name says that the file is one part of several.
void refuse_part(const std::filesystem::path& path);

// Every tensor of all parts that the index names. Throws Error(kBadInput): a part is missing or cannot be read, a tensor is not
// where the index says, a part holds one that the index does not know.
NamedTensors read_parts(const std::filesystem::path& index);

} // namespace brainmvp::checkpoint
