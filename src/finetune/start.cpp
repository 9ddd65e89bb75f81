#include "finetune/start.h"

#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>

#include <algorithm>

#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/encoder_transfer.h"
#include "infer/sizing.h"
#include "nn/network.h"
#include "pretrain/template_export.h"

namespace brainmvp::finetune {
namespace {

using torch::Tensor;

constexpr const char* kOwnTemplates = "templates"; // entry of fine-tuned checkpoints
constexpr const char* kBank = "rep_template";      // weight of pre-training checkpoints

// Entries of the checkpoint besides the weights; nothing for .safetensors and bare state dicts.
checkpoint::Value entries_of(const std::filesystem::path& file) {
  return checkpoint::is_safetensors(file) ? checkpoint::Value{} : checkpoint::read_pt(file);
}

struct Learned {
  std::vector<std::string> modalities;
  std::vector<Tensor> volumes; // [H, W, D], normalised; of one size
};

Learned templates_of_model(const checkpoint::Value& entries, const std::filesystem::path& file) {
  const infer::ModelDescription earlier = infer::read_description(entries, file);
  Learned learned;
  for (std::size_t channel = 0; channel < earlier.channels.size(); ++channel) {
    if (earlier.has_template[channel]) {
      learned.modalities.push_back(earlier.channels[channel]);
      learned.volumes.push_back(earlier.templates[static_cast<std::int64_t>(channel)]);
    }
  }
  return learned;
}

// Those that were trained: of the modalities that the checkpoint names, or, where it names none, those that are not constant.
Learned templates_of_bank(const std::filesystem::path& file) {
  pretrain::TemplateSet set = pretrain::read_templates(file);
  Learned learned;
  for (pretrain::Template& one : set.templates) {
    const bool named = set.modalities.empty() || std::ranges::count(set.modalities, one.modality) > 0;
    if (named && !one.constant()) {
      learned.modalities.push_back(one.modality);
      learned.volumes.push_back(infer::view_of(one.volume).contiguous().clone());
    }
  }
  return learned;
}

bool has_bank(const std::filesystem::path& file) {
  const checkpoint::Weights weights = checkpoint::read_weights(file);
  return std::ranges::any_of(weights, [](const auto& entry) { return entry.first == kBank; });
}

Learned learned_templates(const RunOptions& options) {
  if (options.init == kScratch) {
    return {};
  }
  const std::filesystem::path file = pretrain::checkpoint_of(options.init);
  const checkpoint::Value entries = entries_of(file);
  if (entries.find(kOwnTemplates) != nullptr) {
    return templates_of_model(entries, file);
  }
  if (has_bank(file)) {
    return templates_of_bank(file);
  }
  log::warning(file.string() + ": has no templates; missing and mixed channels are filled with zeros");
  return {};
}

} // namespace

std::string network_of(const RunOptions& options) {
  if (options.init == kScratch) {
    return options.network;
  }
  const std::filesystem::path file = pretrain::checkpoint_of(options.init);
  const checkpoint::Value entries = entries_of(file);
  const checkpoint::Value* own = entries.find("network");
  const std::string name = own == nullptr ? options.network : own->text(file.string() + ": network");
  if (name.empty()) {
    throw Error(ExitCode::kUsage, file.string() + ": does not say which network it is of; give --network (" +
                                      join(nn::network_names(), ", ") + ")");
  }
  if (!options.network.empty() && options.network != name) {
    throw Error(ExitCode::kUsage, "--network " + options.network + ": " + file.string() + " is of " + name +
                                      "; leave --network out, or use --init scratch");
  }
  return name;
}

void take_templates(const RunOptions& options, infer::ModelDescription& description) {
  const Learned learned = learned_templates(options);
  const Tensor none = learned.volumes.empty() ? at::zeros({1, 1, 1}) : at::zeros_like(learned.volumes.front());
  std::vector<Tensor> channels;
  description.has_template.clear();
  for (const std::string& channel : description.channels) {
    const auto found = std::ranges::find(learned.modalities, channel);
    description.has_template.push_back(found != learned.modalities.end());
    channels.push_back(
        found == learned.modalities.end() ? none : learned.volumes[static_cast<std::size_t>(found - learned.modalities.begin())]);
  }
  description.templates = at::stack(channels).to(at::kFloat).contiguous();
}

std::string take_weights(const RunOptions& options, const torch::nn::Module& network) {
  if (options.init == kScratch) {
    return "";
  }
  const std::filesystem::path file = pretrain::checkpoint_of(options.init);
  const checkpoint::EncoderTransfer transfer = with_context(file.string(), [&] {
    return checkpoint::transfer_encoder(checkpoint::read_weights(file), nn::state_tensors(network), options.stem);
  });
  return file.string() + ": weights to start from\n" + transfer.summary();
}

} // namespace brainmvp::finetune
