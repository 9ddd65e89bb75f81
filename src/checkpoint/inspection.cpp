#include "checkpoint/inspection.h"

#include <ATen/ops/isfinite.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/text.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/dtype.h"
#include "checkpoint/shards.h"
#include "checkpoint/state_dict.h"

namespace brainmvp::checkpoint {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kTextShown = 60; // characters of a value

TensorSummary summary_of(const std::string& name, const at::Tensor& tensor) {
  TensorSummary summary{.name = name,
                        .dtype = std::string(dtype_of(tensor.scalar_type()).name),
                        .shape = shape_text(tensor.sizes()),
                        .elements = static_cast<std::uint64_t>(tensor.numel()),
                        .bytes = tensor.nbytes()};
  if (tensor.is_floating_point()) {
    summary.non_finite = summary.elements - static_cast<std::uint64_t>(at::isfinite(tensor).sum().item<std::int64_t>());
  }
  return summary;
}

std::size_t tensors_in(const Value& value) {
  std::size_t count = std::holds_alternative<at::Tensor>(value.data) ? 1 : 0;
  if (const Dict* dict = std::get_if<Dict>(&value.data)) {
    for (const auto& [key, entry] : *dict) {
      count += tensors_in(entry);
    }
  } else if (std::holds_alternative<List>(value.data) || std::holds_alternative<Tuple>(value.data)) {
    for (const Value& item : value.items("a list")) {
      count += tensors_in(item);
    }
  }
  return count;
}

std::string content_of(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value.data)) {
    const std::string line = text->substr(0, std::min(text->find('\n'), kTextShown));
    return "str \"" + line + (line.size() < text->size() ? "\"..." : "\"");
  }
  if (const auto* flag = std::get_if<bool>(&value.data)) {
    return *flag ? "bool True" : "bool False";
  }
  if (const auto* whole = std::get_if<std::int64_t>(&value.data)) {
    return "int " + std::to_string(*whole);
  }
  if (const auto* number = std::get_if<double>(&value.data)) {
    return "float " + shortest(*number);
  }
  if (const auto* tensor = std::get_if<at::Tensor>(&value.data)) {
    return "tensor " + std::string(dtype_of(tensor->scalar_type()).name) + " " + shape_text(tensor->sizes());
  }
  if (std::holds_alternative<std::monostate>(value.data)) {
    return "None";
  }
  const Dict* dict = std::get_if<Dict>(&value.data);
  const std::size_t entries = dict != nullptr ? dict->size() : value.items("a list").size();
  const std::size_t tensors = tensors_in(value);
  return value.kind() + (" of " + std::to_string(entries)) + (entries == 1 ? " entry" : " entries") +
         (tensors > 0 ? " with " + std::to_string(tensors) + (tensors == 1 ? " tensor" : " tensors") : "");
}

std::string name_of(const Value& key) {
  const std::string* text = std::get_if<std::string>(&key.data);
  return text != nullptr ? *text : content_of(key);
}

// Every entry but the weights.
void add_others(const Dict& dict, const Dict* weights, Inspection& inspection) {
  for (const auto& [key, value] : dict) {
    const Dict* entries = std::get_if<Dict>(&value.data);
    const bool weight = &dict == weights && std::holds_alternative<at::Tensor>(value.data);
    if (!weight && (entries == nullptr || entries != weights)) {
      inspection.others.push_back({name_of(key), content_of(value)});
    }
  }
}

Inspection inspect_pt(const fs::path& path) {
  Inspection inspection{.format = ".pt", .weights = {}, .others = {}};
  const Value checkpoint = read_pt(path);
  if (!std::holds_alternative<Dict>(checkpoint.data)) {
    inspection.others.push_back({"(the whole file)", content_of(checkpoint)});
    return inspection;
  }
  const Dict& top = checkpoint.dict("the checkpoint");
  const Dict& weights = state_dict(checkpoint);
  for (const auto& [key, value] : weights) {
    if (const at::Tensor* tensor = std::get_if<at::Tensor>(&value.data)) {
      inspection.weights.push_back(summary_of(name_of(key), *tensor));
    }
  }
  add_others(top, &weights, inspection);
  if (&weights != &top) {
    add_others(weights, &weights, inspection);
  }
  return inspection;
}

Inspection inspect_safetensors(const fs::path& path) {
  Inspection inspection{.format = is_index(path) ? "index of several files" : "safetensors", .weights = {}, .others = {}};
  std::map<std::string, std::string> metadata;
  for (const auto& [name, tensor] : read_safetensors(path, &metadata)) {
    inspection.weights.push_back(summary_of(name, tensor));
  }
  for (const auto& [key, text] : metadata) {
    inspection.others.push_back({key, content_of(Value{text})});
  }
  return inspection;
}

} // namespace

Inspection inspect(const fs::path& path) {
  const fs::path file = fs::is_directory(path) ? index_in(path).value_or(path) : path;
  return is_safetensors(file) ? inspect_safetensors(file) : inspect_pt(file);
}

bool has_checkpoint_extension(const fs::path& path) {
  static constexpr std::array<std::string_view, 4> kExtensions{".pt", ".pth", ".ckpt", ".safetensors"};
  return is_index(path) || std::ranges::find(kExtensions, to_lower(path.extension().string())) != kExtensions.end();
}

} // namespace brainmvp::checkpoint
