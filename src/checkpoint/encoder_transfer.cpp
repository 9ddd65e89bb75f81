#include "checkpoint/encoder_transfer.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <string_view>

#include "base/error.h"
#include "base/text.h"
#include "checkpoint/dtype.h"

namespace brainmvp::checkpoint {
namespace {

constexpr std::string_view kEncoder = "encoder.";
constexpr std::string_view kPretrainedEncoder = "encoder.uniformer.";

using Named = std::map<std::string, at::Tensor>;

// A fine-tuned network's own names start with "encoder." right before the encoder's. Only then do its decoder and heads mean
// the same here: the decoder of pre-training has names and shapes of ours, but was trained without skips.
bool is_fine_tuned(const NamedTensors& weights) {
  return std::ranges::any_of(weights, [](const auto& entry) {
    return entry.first.starts_with(kEncoder) && !entry.first.starts_with(kPretrainedEncoder);
  });
}

// The name in a fine-tuning network, or "" for a tensor that has no place there.
std::string target_name(const std::string& name, const Named& model, bool with_decoder) {
  if (name.starts_with(kPretrainedEncoder)) {
    return std::string(kEncoder) + name.substr(kPretrainedEncoder.size());
  }
  if (name.starts_with(kEncoder) || (with_decoder && model.contains(name))) {
    return name;
  }
  const std::string in_encoder = std::string(kEncoder) + name;
  return model.contains(in_encoder) ? in_encoder : "";
}

// Networks of other programs by what their tensors are called.
std::string known_as(const NamedTensors& from) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kNetworks{{{"exp_avg", "the state of an optimizer"},
                                                                                    {"swinViT.", "MONAI's Swin UNETR"},
                                                                                    {"encoder.stages.", "a network of nnU-Net"},
                                                                                    {"layer1.0.conv1.", "a ResNet"},
                                                                                    {"down_tr64.", "a Models Genesis UNet"},
                                                                                    {"blocks.0.attn.", "a vision transformer"}}};
  for (const auto& [part, name] : kNetworks) {
    if (std::ranges::any_of(from, [&](const auto& entry) { return entry.first.find(part) != std::string::npos; })) {
      return " of " + std::string(name);
    }
  }
  return "";
}

struct Renamed {
  NamedTensors weights;                        // under their names in the model
  std::map<std::string, std::string> original; // by the name in the model
  std::vector<std::string> unused;             // original names
};

Renamed rename(const NamedTensors& from, const Named& model, std::span<const std::string> left_out) {
  const bool with_decoder = is_fine_tuned(from);
  const auto of_another_task = [&](const std::string& name) {
    return std::ranges::any_of(left_out, [&](const std::string& prefix) { return name.starts_with(prefix); });
  };
  Renamed result;
  for (const auto& [name, tensor] : from) {
    const std::string target = of_another_task(name) ? "" : target_name(name, model, with_decoder);
    if (target.empty()) {
      result.unused.push_back(name);
      continue;
    }
    const auto [earlier, is_new] = result.original.emplace(target, name);
    if (!is_new) {
      throw Error(ExitCode::kBadInput, "tensors " + earlier->second + " and " + name + " are the same one of the network, " +
                                           target + "; keep one of them");
    }
    result.weights.emplace_back(target, tensor);
  }
  return result;
}

// [out, 1, ..] to [out, C, ..] with C > 1.
bool is_inflatable(const at::Tensor& from, const at::Tensor& to) {
  return from.is_floating_point() && from.dim() == 5 && to.dim() == 5 && from.size(0) == to.size(0) && from.size(1) == 1 &&
         to.size(1) > 1 && from.sizes().slice(2) == to.sizes().slice(2);
}

// [out, channels.from, ..] to [out, channels.to, ..].
bool shows_channels(const at::Tensor& from, const at::Tensor& to, const InputChannels& channels) {
  const auto shows = [](const at::Tensor& tensor, const std::vector<std::string>& names) {
    return tensor.dim() == 5 && tensor.size(1) == static_cast<std::int64_t>(names.size());
  };
  return from.is_floating_point() && channels.from.size() > 1 && channels.from != channels.to && shows(from, channels.from) &&
         shows(to, channels.to) && from.size(0) == to.size(0) && from.sizes().slice(2) == to.sizes().slice(2);
}

// Those of the same name; the others stay as they were drawn.
std::string take_channels(const at::Tensor& from, const at::Tensor& to, const InputChannels& channels) {
  std::vector<std::string> taken, drawn;
  for (std::size_t i = 0; i < channels.to.size(); ++i) {
    const auto found = std::ranges::find(channels.from, channels.to[i]);
    (found == channels.from.end() ? drawn : taken).push_back(channels.to[i]);
    if (found != channels.from.end()) {
      to.select(1, static_cast<std::int64_t>(i)).copy_(from.select(1, found - channels.from.begin()));
    }
  }
  return "channels " + (taken.empty() ? "none" : join(taken, ", ")) + " of " + join(channels.from, ", ") +
         (drawn.empty() ? "" : "; as initialised: " + join(drawn, ", "));
}

// Scalars count for nothing: the counters of batch norm fit every network.
void require_encoder(const NamedTensors& from, const NamedTensors& renamed, const Named& model, const std::string& stem) {
  std::string misfit;
  for (const auto& [name, tensor] : renamed) {
    const auto found = model.find(name);
    if (found == model.end() || !name.starts_with(kEncoder) || tensor.dim() == 0) {
      continue;
    }
    if ((tensor.sizes() == found->second.sizes() && tensor.is_floating_point()) ||
        (name == stem && is_inflatable(tensor, found->second))) {
      return;
    }
    if (misfit.empty()) {
      misfit = "; " + name + " has shape " + shape_text(tensor.sizes()) + " there and " + shape_text(found->second.sizes()) +
               " in this network";
    }
  }
  std::vector<std::string> names;
  for (std::size_t i = 0; i < std::min<std::size_t>(from.size(), 3); ++i) {
    names.push_back(from[i].first);
  }
  throw Error(
      ExitCode::kBadInput,
      "no tensor of the encoder fits: found " + std::to_string(from.size()) + " tensors" + known_as(from) + " (" +
          (names.empty() ? "none" : join(names, ", ") + (from.size() > names.size() ? ", ..." : "")) + ")" + misfit +
          "; expected a pre-trained or fine-tuned checkpoint of the same network: name its network, or start from scratch");
}

std::string adapt_stem(const at::Tensor& from, const at::Tensor& to, Stem change) {
  const std::string channels = std::to_string(to.size(1));
  if (change == Stem::kReinitialise) {
    return "left as initialised: 1 input channel in the file, " + channels + " in the model";
  }
  at::Tensor(to).copy_(from.to(to.options()).div(to.size(1)).expand_as(to));
  return "inflated from 1 to " + channels + " input channels, divided by " + channels;
}

} // namespace

EncoderTransfer transfer_encoder(const NamedTensors& from, const NamedTensors& to, const std::string& stem, Stem change,
                                 std::span<const std::string> left_out, const InputChannels& channels) {
  const at::NoGradGuard no_grad;
  const Named model(to.begin(), to.end());
  Renamed source = rename(from, model, left_out);
  require_encoder(from, source.weights, model, stem);

  EncoderTransfer result;
  result.stem = stem;
  NamedTensors remaining = to;
  std::erase_if(source.weights, [&](const auto& entry) { // of the stem, and of the decoder's convolution of the image
    const auto& [name, tensor] = entry;
    const auto found = model.find(name);
    if (found == model.end()) {
      return false;
    }
    if (shows_channels(tensor, found->second, channels)) {
      result.adapted.emplace_back(name, take_channels(tensor, found->second, channels));
    } else if (is_inflatable(tensor, found->second)) {
      result.adapted.emplace_back(name, adapt_stem(tensor, found->second, change));
    } else {
      return false;
    }
    std::erase_if(remaining, [&](const auto& other) { return other.first == name; });
    return true;
  });
  result.report = transfer(source.weights, remaining);
  for (std::string& name : result.report.unused) {
    name = source.original.at(name);
  }
  result.report.unused.insert(result.report.unused.end(), source.unused.begin(), source.unused.end());
  return result;
}

} // namespace brainmvp::checkpoint
