#include "finetune/start.h"

#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/encoder_transfer.h"
#include "infer/sizing.h"
#include "nn/networks/network.h"
#include "objectives/brainmvp/template_bank.h"
#include "objectives/brainmvp/template_export.h"
#include "train/find_checkpoint.h"

namespace brainmvp::finetune {
namespace {

using torch::Tensor;

constexpr const char* kOwnTemplates = "templates"; // entry of fine-tuned checkpoints
constexpr const char* kChannels = "channels";      // of a network that is given several at once

struct Learned {
  std::vector<std::string> modalities;
  std::vector<Tensor> volumes; // [H, W, D], normalised; of one size
  double spacing_mm = 0;       // 0: not known
};

Learned templates_of_model(const checkpoint::Value& entries, const std::filesystem::path& file) {
  const model::ModelDescription earlier = model::read_description(entries, file);
  Learned learned;
  learned.spacing_mm = earlier.preparation.spacing_mm;
  for (std::size_t channel = 0; channel < earlier.channels.size(); ++channel) {
    if (earlier.has_template[channel]) {
      learned.modalities.push_back(earlier.channels[channel]);
      learned.volumes.push_back(earlier.templates[static_cast<std::int64_t>(channel)]);
    }
  }
  return learned;
}

// Those that were trained: of the modalities that the checkpoint names, or, where it names none, those that are not constant.
Learned templates_of_bank(const Start& start) {
  objectives::TemplateSet set = with_context(start.file.string(), [&] { return objectives::templates_in(start.contents); });
  Learned learned;
  learned.spacing_mm = set.has_affine ? set.templates.front().volume.affine.spacing_mm()[0] : 0;
  for (objectives::Template& one : set.templates) {
    const bool named = set.modalities.empty() || std::ranges::count(set.modalities, one.modality) > 0;
    if (named && !one.constant()) {
      learned.modalities.push_back(one.modality);
      learned.volumes.push_back(infer::view_of(one.volume).contiguous().clone());
    }
  }
  return learned;
}

Learned learned_templates(const Start& start) {
  if (start.file.empty()) {
    return {};
  }
  if (start.contents.entries.find(kOwnTemplates) != nullptr) {
    return templates_of_model(start.contents.entries, start.file);
  }
  if (std::ranges::any_of(start.contents.weights, [](const auto& entry) { return entry.first == objectives::kBankTensor; })) {
    return templates_of_bank(start);
  }
  log::warning(start.file.string() + ": has no templates; missing and mixed channels are filled with zeros");
  return {};
}

// That the file's network was given, in order; empty where it shows one image at a time, or does not say.
std::vector<std::string> channels_of(const Start& start) {
  std::vector<std::string> names;
  if (const checkpoint::Value* list = start.contents.entries.find(kChannels)) {
    for (const checkpoint::Value& name : list->items(kChannels)) {
      names.push_back(name.text(kChannels));
    }
  }
  return names;
}

void refuse_other_spacing(const Learned& learned, double spacing_mm, const std::filesystem::path& file) {
  constexpr double kSame = 1e-3; // mm
  if (learned.spacing_mm != 0 && std::abs(learned.spacing_mm - spacing_mm) > kSame) {
    throw Error(ExitCode::kBadInput, file.string() + ": has templates of " + shortest(learned.spacing_mm) +
                                         " mm voxels, the store those of " + shortest(spacing_mm) +
                                         " mm; prepare the store with --spacing " + shortest(learned.spacing_mm));
  }
}

} // namespace

Start read_start(const std::string& init) {
  Start start;
  if (init == kScratch) {
    return start;
  }
  start.file = train::checkpoint_of(init);
  start.contents = checkpoint::read_contents(start.file);
  return start;
}

std::string network_of(const Start& start, const RunOptions& options) {
  if (start.file.empty()) {
    return options.network;
  }
  const std::filesystem::path& file = start.file;
  const checkpoint::Value* own = start.contents.entries.find("network");
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

void take_templates(const Start& start, model::ModelDescription& description) {
  const Learned learned = learned_templates(start);
  refuse_other_spacing(learned, description.preparation.spacing_mm, start.file);
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

std::string take_weights(const Start& start, const nn::Backbone& backbone, checkpoint::Stem stem,
                         const std::vector<std::string>& channels, const torch::nn::Module& network) {
  if (start.file.empty()) {
    return "";
  }
  const bool pretrained = start.contents.entries.find("objective") != nullptr;
  const checkpoint::EncoderTransfer transfer = with_context(start.file.string(), [&] {
    checkpoint::EncoderTransfer result = checkpoint::transfer_encoder(
        start.contents.weights, nn::state_tensors(network), "encoder." + backbone.stem, stem,
        pretrained ? backbone.outputs : std::vector<std::string>{}, {.from = channels_of(start), .to = channels});
    checkpoint::require_whole_encoder(result);
    return result;
  });
  return start.file.string() + ": weights to start from\n" + transfer.summary();
}

} // namespace brainmvp::finetune
