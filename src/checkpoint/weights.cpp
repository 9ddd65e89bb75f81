#include <algorithm>
#include <array>
#include <fstream>
#include <set>

#include "base/error.h"
#include "base/text.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/state_dict.h"

namespace brainmvp::checkpoint {
namespace fs = std::filesystem;
namespace {

constexpr std::array<const char*, 4> kStateDictKeys{"state_dict", "model", "model_state_dict", "net"};
constexpr std::string_view kParallelPrefix = "module."; // torch's DistributedDataParallel

bool holds_tensor(const Entry& entry) { return std::holds_alternative<at::Tensor>(entry.second.data); }

std::string key_list(const Dict& dict) {
  std::vector<std::string> names;
  for (const auto& [key, value] : dict) {
    const std::string* text = std::get_if<std::string>(&key.data);
    names.push_back(text != nullptr ? *text : key.kind());
  }
  return names.empty() ? "nothing" : join(names, ", ");
}

bool is_zip(const fs::path& path) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) { // opening a pipe would wait for its writer
    return false;
  }
  std::ifstream file(path, std::ios::binary);
  std::array<char, 2> start{};
  file.read(start.data(), start.size());
  return start[0] == 'P' && start[1] == 'K';
}

} // namespace

const Dict& state_dict(const Value& checkpoint) {
  for (const char* key : kStateDictKeys) {
    const Value* entry = checkpoint.find(key);
    if (entry != nullptr && std::holds_alternative<Dict>(entry->data)) {
      return std::get<Dict>(entry->data);
    }
  }
  return checkpoint.dict("the checkpoint");
}

Weights weights_of(const Value& checkpoint) {
  const Dict& dict = state_dict(checkpoint);
  if (std::ranges::none_of(dict, holds_tensor)) {
    throw Error(ExitCode::kBadInput,
                "no weights: it holds " + key_list(dict) +
                    "; expected tensors, or a dict of them under state_dict, model, model_state_dict or net");
  }
  Weights weights;
  for (const auto& [key, value] : dict) {
    if (const at::Tensor* tensor = std::get_if<at::Tensor>(&value.data)) {
      weights.emplace_back(key.text("the name of a tensor"), *tensor);
    }
  }
  return weights;
}

Weights without_module_prefix(Weights weights) {
  std::set<std::string> names;
  for (auto& [name, tensor] : weights) {
    if (name.starts_with(kParallelPrefix)) {
      name.erase(0, kParallelPrefix.size());
    }
    if (!names.insert(name).second) {
      throw Error(ExitCode::kBadInput, "tensor " + name + " is there both with and without \"module.\" in front; keep one");
    }
  }
  return weights;
}

bool is_safetensors(const fs::path& path) { return to_lower(path.extension().string()) == ".safetensors" && !is_zip(path); }

Weights read_weights(const fs::path& path) {
  if (is_safetensors(path)) {
    Weights weights = read_safetensors(path);
    return with_context(path.string(), [&] { return without_module_prefix(std::move(weights)); });
  }
  const Value checkpoint = read_pt(path);
  return with_context(path.string(), [&] { return without_module_prefix(weights_of(checkpoint)); });
}

} // namespace brainmvp::checkpoint
