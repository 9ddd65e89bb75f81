#include "finetune/label_checks.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "study/label_scheme.h"

namespace brainmvp::finetune {
namespace {

std::string entries_text(const study::LabelTable& table) {
  std::vector<std::string> texts = table.classes;
  for (const auto& [name, value] : table.labels) {
    texts.push_back(name + " " + std::to_string(value));
  }
  for (const auto& [name, values] : table.labels.size() > 1 ? decltype(table.regions){} : table.regions) {
    std::vector<std::string> numbers;
    std::ranges::transform(values, std::back_inserter(numbers), [](int value) { return std::to_string(value); });
    texts.push_back(name + " " + join(numbers, "+"));
  }
  return join(texts, ", ");
}

std::set<std::pair<std::string, int>> meanings(const study::LabelTable& table) {
  std::set<std::pair<std::string, int>> found;
  for (const auto& [name, value] : table.labels) {
    if (value != 0) {
      found.emplace(to_lower(name), value);
    }
  }
  return found;
}

bool agree(const study::LabelTable& a, const study::LabelTable& b) {
  const auto first = meanings(a);
  const auto second = meanings(b);
  if (!first.empty() && !second.empty() && first != second) {
    return false;
  }
  const std::set<int> of_a = study::declared_values(a);
  const std::set<int> of_b = study::declared_values(b);
  if (of_a.size() > 1 && of_b.size() > 1 && of_a != of_b) {
    return false;
  }
  const std::set<std::string> classes(a.classes.begin(), a.classes.end());
  return a.classes.empty() || b.classes.empty() || classes == std::set<std::string>(b.classes.begin(), b.classes.end());
}

bool any_has(const std::vector<Foreground>& studies, const std::vector<int>& values) {
  return std::ranges::any_of(studies, [&](const Foreground& study) {
    return std::ranges::any_of(values, [&](int value) { return study.voxels.contains(value); });
  });
}

} // namespace

void check_task_table(const study::LabelTable& task, const study::LabelTable& stored, const std::filesystem::path& folder) {
  if (!agree(task, stored)) {
    throw Error(ExitCode::kUsage, folder.string() + ": its label maps or classes are declared as " + entries_text(stored) +
                                      ", and those of --task are " + entries_text(task) +
                                      "; leave --task out, name the task of this data set, or correct the studies file "
                                      "(brainmvp index --task) and prepare it again");
  }
}

void check_undeclared(const std::vector<std::pair<std::string, Foreground>>& studies, const store::Store& store,
                      const Selection& selection) {
  std::vector<std::pair<std::string, std::set<int>>> maps;
  for (const auto& [id, foreground] : studies) {
    auto& values = maps.emplace_back(id, std::set<int>{}).second;
    for (const auto& [value, voxels] : foreground.voxels) {
      values.insert(value);
    }
  }
  const std::string groups = study::unrelated_values(maps);
  if (!groups.empty()) {
    throw Error(ExitCode::kBadInput,
                "no labels are declared, and " + groups +
                    ": do all of them mean the same, or different things? If the same, bring the masks to the same "
                    "values; if not, write `labels` with a name for each value into the studies file; and "
                    "run prepare again");
  }
  std::set<std::string> datasets;
  for (const std::vector<std::size_t>* positions : {&selection.training, &selection.validation}) {
    for (const std::size_t position : *positions) {
      datasets.insert(store.studies()[position].dataset());
    }
  }
  if (datasets.size() > 1) {
    throw Error(ExitCode::kBadInput,
                "no labels are declared, and the label maps come from several data sets (" +
                    join(std::vector<std::string>(datasets.begin(), datasets.end()), ", ") +
                    "): do equal values mean the same in all? If so, write `labels` with a name for each value into the "
                    "studies file and run prepare again; if not (a lesion, a stroke), prepare the data sets apart");
  }
}

void warn_of_unseen(const study::LabelTable& table, const std::vector<Foreground>& training) {
  std::vector<std::string> unseen;
  for (const auto& [name, values] : table.regions) {
    if (!any_has(training, values)) {
      unseen.push_back(name);
    }
  }
  for (const auto& [name, value] : table.regions.empty() ? table.labels : decltype(table.labels){}) {
    if (value != 0 && !any_has(training, {value})) {
      unseen.push_back(name);
    }
  }
  if (!unseen.empty()) {
    log::warning("no training study has any voxel of " + join(unseen, ", ") +
                 ", which therefore cannot be learned; are the "
                 "values of the label maps those declared?");
  }
}

} // namespace brainmvp::finetune
