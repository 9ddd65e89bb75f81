#include "finetune/studies.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "finetune/samples.h"
#include "study/modality.h"

namespace brainmvp::finetune {
namespace {

// Keeps what `usable` allows and warns of the rest once.
template <class Usable>
void keep_usable(std::vector<std::size_t>& positions, const store::Store& store, const std::string& reason, Usable usable) {
  std::vector<std::string> left_out;
  std::erase_if(positions, [&](std::size_t position) {
    const bool useless = !usable(position);
    if (useless) {
      left_out.push_back(store.studies()[position].id());
    }
    return useless;
  });
  if (!left_out.empty()) {
    log::warning(std::to_string(left_out.size()) + " studies " + reason + " and are left out: " + join(left_out, ", "));
  }
}

[[noreturn]] void refuse_empty(const RunOptions& options, const std::string& what) {
  throw Error(ExitCode::kNothingFound,
              options.store.string() + ": no training study " + what + "; correct the studies file and run prepare again");
}

} // namespace

Selection select_studies(const RunOptions& options, const store::Store& store, const std::vector<std::string>& classes) {
  Selection selection{.training = store.of_split(study::Split::kTraining),
                      .validation = store.of_split(study::Split::kValidation)};
  const bool segment = options.task == infer::Task::kSegment;
  const std::string reason = segment ? "have no label map" : "have no class";
  const auto usable = [&](std::size_t position) {
    return segment ? store.studies()[position].has_label() : !classes[position].empty();
  };
  keep_usable(selection.training, store, reason, usable);
  keep_usable(selection.validation, store, reason, usable);
  if (selection.training.empty()) {
    refuse_empty(options, segment ? "has a label map" : "has a class");
  }
  return selection;
}

std::vector<std::string> classes_of(const RunOptions& /*options*/, const store::Store& store) {
  std::vector<std::string> classes;
  for (const store::StoredStudy& study : store.studies()) {
    classes.push_back(study.class_name().value_or(""));
  }
  return classes;
}

std::vector<std::string> class_names(const study::LabelTable& table, const std::vector<std::string>& classes,
                                     const Selection& selection) {
  std::set<std::string> found;
  for (const std::size_t position : selection.training) {
    found.insert(classes[position]);
  }
  if (found.size() < 2) {
    throw Error(ExitCode::kNothingFound, "the training studies have " + std::to_string(found.size()) + " classes (" +
                                             join(std::vector<std::string>(found.begin(), found.end()), ", ") + "); expected at least two");
  }
  for (const std::size_t position : selection.validation) {
    found.insert(classes[position]);
  }
  for (const std::string& name : found) {
    if (!table.classes.empty() && std::ranges::count(table.classes, name) == 0) {
      throw Error(ExitCode::kBadInput, "class " + name + " is not one of the declared classes: " + join(table.classes, ", "));
    }
  }
  return table.classes.empty() ? std::vector<std::string>(found.begin(), found.end()) : table.classes;
}

std::vector<std::string> choose_channels(const RunOptions& options, const store::Store& store, Selection& selection) {
  std::set<std::string> present;
  for (const std::size_t position : selection.training) {
    const auto& modalities = store.studies()[position].modalities();
    present.insert(modalities.begin(), modalities.end());
  }
  std::vector<std::string> channels = options.channels;
  if (channels.empty()) {
    for (const std::string_view name : study::kTemplateModalities) {
      if (present.erase(std::string(name)) > 0) {
        channels.emplace_back(name);
      }
    }
    channels.insert(channels.end(), present.begin(), present.end());
  }
  const auto has_any = [&](std::size_t position) {
    return std::ranges::count(present_channels(store.studies()[position], channels), true) > 0;
  };
  const std::string reason = "have none of the channels " + join(channels, ", ");
  keep_usable(selection.training, store, reason, has_any);
  keep_usable(selection.validation, store, reason, has_any);
  if (selection.training.empty()) {
    refuse_empty(options, "has any of the channels " + join(channels, ", "));
  }
  return channels;
}

} // namespace brainmvp::finetune
