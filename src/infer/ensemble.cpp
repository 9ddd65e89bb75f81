#include "infer/ensemble.h"

#include <algorithm>

#include "base/error.h"

namespace brainmvp::infer {
namespace {

// What of two descriptions differs that an ensemble must share; empty when nothing.
std::string difference(const ModelDescription& a, const ModelDescription& b) {
  if (a.task != b.task) {
    return "task";
  }
  if (a.task == Task::kClassify) {
    return a.table.classes != b.table.classes ? "classes" : a.preparation != b.preparation ? "preparation" : "";
  }
  if (a.table.regions != b.table.regions) {
    return "regions";
  }
  if (a.table.region_order != b.table.region_order) {
    return "orders of regions";
  }
  const auto sorted = [](auto labels) {
    std::ranges::sort(labels);
    return labels;
  };
  return sorted(a.table.labels) != sorted(b.table.labels) ? "labels" : a.preparation != b.preparation ? "preparation" : "";
}

} // namespace

std::vector<Model> load_ensemble(const std::vector<std::filesystem::path>& runs_or_files) {
  std::vector<Model> models;
  for (const std::filesystem::path& path : runs_or_files) {
    models.push_back(load_model(path));
    const std::string differs = difference(models.front().description, models.back().description);
    if (!differs.empty()) {
      throw Error(ExitCode::kBadInput, models.back().file.string() + ": its " + differs + " differ from those of " +
                                           models.front().file.string() + "; an ensemble needs equal outputs");
    }
  }
  return models;
}

std::vector<std::string> channels_of(const std::vector<Model>& models) {
  std::vector<std::string> channels;
  for (const Model& model : models) {
    for (const std::string& name : model.description.channels) {
      if (std::ranges::count(channels, name) == 0) {
        channels.push_back(name);
      }
    }
  }
  return channels;
}

} // namespace brainmvp::infer
