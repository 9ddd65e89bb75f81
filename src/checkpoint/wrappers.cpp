#include "checkpoint/wrappers.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace brainmvp::checkpoint {
namespace {

constexpr std::array<std::string_view, 4> kLeading{"module.", "model.", "net.", "network."};
constexpr std::array<std::string_view, 3> kAnywhere{"_orig_mod.", "_fsdp_wrapped_module.", "_checkpoint_wrapped_module."};

struct OwnName {
  std::string name;
  std::string removed; // "module._orig_mod."
};

// Where the next part to leave out stands in the name, and the part; one of no length when there is none.
std::pair<std::size_t, std::string_view> next_part(const std::string& name) {
  for (const std::string_view part : kLeading) {
    if (name.starts_with(part)) {
      return {0, part};
    }
  }
  for (const std::string_view part : kAnywhere) {
    const std::size_t place = name.find(part);
    if (place == 0 || (place != std::string::npos && name[place - 1] == '.')) {
      return {place, part};
    }
  }
  return {};
}

OwnName own_name(std::string name) {
  std::string removed;
  for (auto [place, part] = next_part(name); !part.empty(); std::tie(place, part) = next_part(name)) {
    removed += part;
    name.erase(place, part.size());
  }
  return {name, removed};
}

// nnU-Net's networks hold their convolutions and norms a second time under "all_modules", and the encoder under "decoder".
bool is_second_name(const std::string& name, const std::map<std::string, std::string>& names) {
  constexpr std::string_view kModules = ".all_modules.", kDecoder = "decoder.";
  const std::size_t modules = name.find(kModules);
  return (modules != std::string::npos && names.contains(name.substr(0, modules) + ".conv.weight")) ||
         (name.starts_with("decoder.encoder.") && names.contains(name.substr(kDecoder.size())));
}

// MONAI's MedNeXt has no name for its encoder.
bool is_of_mednext_encoder(const std::string& name) {
  constexpr std::array<std::string_view, 4> kParts{"stem.", "enc_stages.", "down_blocks.", "bottleneck."};
  return std::ranges::any_of(kParts, [&](std::string_view part) { return name.starts_with(part); });
}

std::string name_mednext_encoder(NamedTensors& weights) {
  const bool is_mednext =
      std::ranges::any_of(weights, [](const auto& entry) { return entry.first == "enc_stages.0.0.conv1.weight"; });
  std::size_t count = 0;
  for (auto& [name, tensor] : weights) {
    if (is_mednext && is_of_mednext_encoder(name)) {
      name = "encoder." + name;
      ++count;
    }
  }
  return count == 0
             ? ""
             : "put \"encoder.\" before the names of " + std::to_string(count) + " tensors, which MONAI's MedNeXt leaves out";
}

std::string note_of(const std::map<std::string, std::size_t>& removed, std::size_t all) {
  std::vector<std::string> texts;
  for (const auto& [parts, count] : removed) {
    texts.push_back("\"" + parts + "\" of " + std::to_string(count));
  }
  return texts.empty() ? "" : "left out of the names of its " + std::to_string(all) + " tensors: " + join(texts, ", ");
}

} // namespace

Unwrapped without_wrappers(const NamedTensors& weights) {
  Unwrapped result;
  std::map<std::string, std::size_t> removed;
  std::map<std::string, std::string> original;
  for (const auto& [name, tensor] : weights) {
    const OwnName own = own_name(name);
    const auto [earlier, is_new] = original.emplace(own.name, name);
    if (!is_new) {
      throw Error(ExitCode::kBadInput, "tensors " + earlier->second + " and " + name + " are both " + own.name +
                                           " without the names of wrappers; keep one");
    }
    if (!own.removed.empty()) {
      ++removed[own.removed];
    }
    result.weights.emplace_back(own.name, tensor);
  }
  std::erase_if(result.weights, [&](const auto& entry) { return is_second_name(entry.first, original); });
  result.note = note_of(removed, weights.size());
  const std::size_t twice = weights.size() - result.weights.size();
  if (twice > 0) {
    result.note += (result.note.empty() ? "" : "; ") + ("left out " + std::to_string(twice)) +
                   " tensors that it holds under another name too, as nnU-Net's files do";
  }
  if (const std::string named = name_mednext_encoder(result.weights); !named.empty()) {
    result.note += (result.note.empty() ? "" : "; ") + named;
  }
  return result;
}

} // namespace brainmvp::checkpoint
