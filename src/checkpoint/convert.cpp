#include "checkpoint/convert.h"

#include "base/error.h"
#include "base/text.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/json_value.h"
#include "checkpoint/shards.h"
#include "checkpoint/state_dict.h"

namespace brainmvp::checkpoint {
namespace fs = std::filesystem;
namespace {

constexpr const char* kFormatKey = "format"; // "pt": which library the tensors are for
constexpr const char* kStateDict = "state_dict";

enum class Format { kPt, kSafetensors, kOther };

Format format_of(const fs::path& path) {
  const std::string extension = to_lower(path.extension().string());
  return extension == ".safetensors"                 ? Format::kSafetensors
         : extension == ".pt" || extension == ".pth" ? Format::kPt
                                                     : Format::kOther;
}

void count(const NamedTensors& weights, Conversion& report) {
  report.tensors = weights.size();
  for (const auto& [name, tensor] : weights) {
    report.bytes += tensor.nbytes();
  }
}

// What of `dict` is no weight: kept as text in `metadata` where that can be.
void sort_entries(const Dict& dict, const Dict* weights, std::map<std::string, std::string>& metadata, Conversion& report) {
  for (const auto& [key, value] : dict) {
    const Dict* entries = std::get_if<Dict>(&value.data);
    if ((entries != nullptr && entries == weights) || (&dict == weights && std::holds_alternative<at::Tensor>(value.data))) {
      continue;
    }
    const std::string* name = std::get_if<std::string>(&key.data);
    const std::optional<std::string> text = to_metadata(value);
    if (name == nullptr || !text) {
      report.dropped.push_back((name != nullptr ? *name : std::string(key.kind())) + " (" + value.kind() +
                               " that is not plain data)");
    } else {
      metadata[*name] = *text;
      report.metadata.push_back(*name);
    }
  }
}

Conversion pt_to_safetensors(const fs::path& in, const fs::path& out) {
  const Value checkpoint = read_pt(in);
  Conversion report;
  std::map<std::string, std::string> metadata;
  const NamedTensors weights = with_context(in.string(), [&] {
    NamedTensors found = weights_of(checkpoint);
    const Dict& dict = state_dict(checkpoint);
    const Dict& top = checkpoint.dict("the checkpoint");
    sort_entries(top, &dict, metadata, report);
    if (&dict != &top) {
      for (const auto& [key, value] : dict) {
        if (!std::holds_alternative<at::Tensor>(value.data)) {
          report.dropped.push_back(key.text("a name in the state dict") + " (" + value.kind() + " among the weights)");
        }
      }
    }
    return found;
  });
  metadata[kFormatKey] = "pt";
  count(weights, report);
  write_safetensors(out, weights, metadata);
  return report;
}

Conversion safetensors_to_pt(const fs::path& in, const fs::path& out) {
  std::map<std::string, std::string> metadata;
  const NamedTensors weights = read_safetensors(in, &metadata);
  Conversion report;
  count(weights, report);
  Dict state;
  for (const auto& [name, tensor] : weights) {
    state.emplace_back(Value{name}, Value{tensor});
  }
  Dict checkpoint{{Value{kStateDict}, Value{std::move(state)}}};
  for (const auto& [key, text] : metadata) {
    if (key == kStateDict) {
      report.dropped.push_back(key + " (metadata with the name of the weights' entry)");
    } else if (key != kFormatKey) {
      checkpoint.emplace_back(Value{key}, from_metadata(text));
      report.metadata.push_back(key);
    }
  }
  write_pt(out, Value{std::move(checkpoint)});
  return report;
}

} // namespace

void check_conversion(const fs::path& in, const fs::path& out) {
  refuse_part(in);
  const Format from = is_index(in) ? Format::kSafetensors : format_of(in);
  const Format to = format_of(out);
  if (from == Format::kOther || to == Format::kOther || from == to) {
    throw Error(ExitCode::kUsage,
                in.string() + " to " + out.string() + ": one of the two must end in .safetensors and the other in .pt or .pth");
  }
}

Conversion convert(const fs::path& in, const fs::path& out) {
  check_conversion(in, out);
  return !is_index(in) && format_of(in) == Format::kPt ? pt_to_safetensors(in, out) : safetensors_to_pt(in, out);
}

} // namespace brainmvp::checkpoint
