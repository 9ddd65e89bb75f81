// Which channels of a model a study has, and what becomes of the others.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "model/model.h"

namespace brainmvp::infer {

struct ChannelPlan {
  std::vector<std::optional<std::size_t>> sources; // one a channel: position among the study's modalities; nothing: filled
  std::vector<std::string> used;                   // channels that the study has
  std::vector<std::string> from_template;          // channels filled with their learned template
  std::vector<std::string> zero;                   // channels filled with zeros, for want of a template

  // "t1 from its template, t1_ir with zeros"; empty when nothing is filled.
  [[nodiscard]] std::string filled() const;
};

// Throws Error(kBadInput) when the study has none of the channels.
ChannelPlan plan_channels(const model::ModelDescription& description, const std::vector<std::string>& modalities);

// The modalities that no channel of any of `models` takes.
std::vector<std::string> unused_modalities(const std::vector<model::Model>& models, const std::vector<std::string>& modalities);

} // namespace brainmvp::infer
