#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <utility>

#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/json_value.h"
#include "checkpoint/shards.h"
#include "checkpoint/state_dict.h"
#include "checkpoint/wrappers.h"

namespace brainmvp::checkpoint {
namespace fs = std::filesystem;
namespace {

constexpr std::array<const char*, 5> kStateDictKeys{"state_dict", "model", "model_state_dict", "net", "network_weights"};

bool holds_tensor(const Entry& entry) { return std::holds_alternative<at::Tensor>(entry.second.data); }

std::string key_list(const Dict& dict) {
  std::vector<std::string> names;
  for (const auto& [key, value] : dict) {
    const std::string* text = std::get_if<std::string>(&key.data);
    names.push_back(text != nullptr ? *text : key.kind());
  }
  return names.empty() ? "nothing" : join(names, ", ");
}

bool is_of_optimizer(const Dict& dict) {
  return std::ranges::any_of(dict, [](const Entry& entry) {
    const std::string* key = std::get_if<std::string>(&entry.first.data);
    return key != nullptr && (*key == "param_groups" || key->starts_with("optim"));
  });
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

NamedTensors weights_of(const Value& checkpoint) {
  const Dict& dict = state_dict(checkpoint);
  if (std::ranges::none_of(dict, holds_tensor)) {
    throw Error(ExitCode::kBadInput, "no weights: it holds " + key_list(dict) +
                                         (is_of_optimizer(dict) ? ", which is the state of an optimizer" : "") +
                                         "; expected tensors, or a dict of them under " +
                                         "state_dict, model, model_state_dict, net or network_weights");
  }
  NamedTensors weights;
  for (const auto& [key, value] : dict) {
    if (const at::Tensor* tensor = std::get_if<at::Tensor>(&value.data)) {
      weights.emplace_back(key.text("the name of a tensor"), *tensor);
    }
  }
  return weights;
}

bool is_safetensors(const fs::path& path) {
  return is_index(path) || (to_lower(path.extension().string()) == ".safetensors" && !is_zip(path));
}

NamedTensors read_weights(const fs::path& path) { return read_contents(path).weights; }

Contents read_contents(const fs::path& path) {
  refuse_part(path);
  Contents contents;
  if (is_safetensors(path)) {
    std::map<std::string, std::string> metadata;
    contents.weights = read_safetensors(path, &metadata);
    Dict entries;
    for (const auto& [key, text] : metadata) {
      entries.emplace_back(Value{key}, from_metadata(text));
    }
    contents.entries = {entries};
  } else {
    contents.entries = read_pt(path);
    contents.weights = with_context(path.string(), [&] { return weights_of(contents.entries); });
  }
  contents.weights = with_context(path.string(), [&] { return own_weights(contents.weights, path); });
  return contents;
}

NamedTensors own_weights(const NamedTensors& weights, const fs::path& path) {
  Unwrapped own = without_wrappers(weights);
  if (!own.note.empty()) {
    log::info(path.string() + ": " + own.note);
  }
  return std::move(own.weights);
}

} // namespace brainmvp::checkpoint
