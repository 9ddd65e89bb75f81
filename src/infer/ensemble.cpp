#include "infer/ensemble.h"

#include <algorithm>

#include "base/error.h"

namespace brainmvp::infer {
namespace {

std::string difference_of_preparation(const store::PrepareOptions& a, const store::PrepareOptions& b) {
  if (a.reference != b.reference) {
    const auto named = [](const store::PrepareOptions& one) { return one.reference.empty() ? "none" : one.reference; };
    return "reference modality (" + named(b) + ", not " + named(a) + ") differs from that";
  }
  return a == b ? "" : "preparation differs from that";
}

// "regions differ from those", of what an ensemble must share; empty when nothing does.
std::string difference(const model::ModelDescription& a, const model::ModelDescription& b) {
  if (a.task != b.task) {
    return "task differs from that";
  }
  const std::string outputs = a.head().difference(a, b);
  return outputs.empty() ? difference_of_preparation(a.preparation, b.preparation) : outputs;
}

} // namespace

std::vector<model::Model> load_ensemble(const std::vector<std::filesystem::path>& runs_or_files) {
  std::vector<model::Model> models;
  for (const std::filesystem::path& path : runs_or_files) {
    models.push_back(model::load_model(path));
    const std::string differs = difference(models.front().description, models.back().description);
    if (!differs.empty()) {
      throw Error(ExitCode::kBadInput, models.back().file.string() + ": its " + differs + " of " + models.front().file.string() +
                                           "; an ensemble needs equal outputs");
    }
  }
  return models;
}

std::vector<std::string> channels_of(const std::vector<model::Model>& models) {
  std::vector<std::string> channels;
  for (const model::Model& model : models) {
    for (const std::string& name : model.description.channels) {
      if (std::ranges::count(channels, name) == 0) {
        channels.push_back(name);
      }
    }
  }
  return channels;
}

} // namespace brainmvp::infer
