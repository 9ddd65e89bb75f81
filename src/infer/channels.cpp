#include "infer/channels.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"

namespace brainmvp::infer {

std::string ChannelPlan::filled() const {
  std::vector<std::string> texts;
  for (const std::string& name : from_template) {
    texts.push_back(name + " from its template");
  }
  for (const std::string& name : zero) {
    texts.push_back(name + " with zeros (it has no template)");
  }
  return join(texts, ", ");
}

ChannelPlan plan_channels(const model::ModelDescription& description, const std::vector<std::string>& modalities) {
  ChannelPlan plan;
  for (std::size_t channel = 0; channel < description.channels.size(); ++channel) {
    const std::string& name = description.channels[channel];
    const auto found = std::ranges::find(modalities, name);
    if (found != modalities.end()) {
      plan.sources.emplace_back(static_cast<std::size_t>(found - modalities.begin()));
      plan.used.push_back(name);
    } else {
      plan.sources.emplace_back(std::nullopt);
      (description.has_template[channel] ? plan.from_template : plan.zero).push_back(name);
    }
  }
  if (plan.used.empty()) {
    throw Error(ExitCode::kBadInput, "none of the model's modalities (" + join(description.channels, ", ") +
                                         ") is there; found " + join(modalities, ", "));
  }
  return plan;
}

std::vector<std::string> unused_modalities(const std::vector<model::Model>& models, const std::vector<std::string>& modalities) {
  std::vector<std::string> unused;
  std::ranges::copy_if(modalities, std::back_inserter(unused), [&](const std::string& name) {
    return std::ranges::none_of(
        models, [&](const model::Model& model) { return std::ranges::count(model.description.channels, name) > 0; });
  });
  return unused;
}

} // namespace brainmvp::infer
