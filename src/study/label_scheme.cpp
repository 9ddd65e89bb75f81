#include "study/label_scheme.h"

#include <algorithm>
#include <iterator>
#include <map>

#include "base/text.h"

namespace brainmvp::study {
namespace {

const std::map<std::string, LabelTable, std::less<>>& schemes() {
  static const std::map<std::string, LabelTable, std::less<>> known{
      {std::string(kBrats2021),
       {.labels = {{"background", 0}, {"NCR/NET", 1}, {"ED", 2}, {"ET", 4}},
        .regions = {{"WT", {1, 2, 4}}, {"TC", {1, 4}}, {"ET", {4}}}}},
      {std::string(kBrats2023),
       {.labels = {{"background", 0}, {"NCR", 1}, {"ED", 2}, {"ET", 3}},
        .regions = {{"WT", {1, 2, 3}}, {"TC", {1, 3}}, {"ET", {3}}}}},
      {std::string(kBratsPed2024), {.labels = {{"background", 0}, {"ET", 1}, {"NET", 2}, {"CC", 3}, {"ED", 4}}}},
      {std::string(kIsles2022), {.labels = {{"background", 0}, {"infarct", 1}}}},
      {std::string(kMrbrains13),
       {.labels = {{"background", 0},
                   {"cortical grey matter", 1},
                   {"basal ganglia", 2},
                   {"white matter", 3},
                   {"white matter lesions", 4},
                   {"extracerebral CSF", 5},
                   {"ventricles", 6},
                   {"cerebellum", 7},
                   {"brainstem", 8}},
        .regions = {{"GM", {1, 2}}, {"WM", {3, 4}}, {"CSF", {5, 6}}}}},
      {std::string(kSchwannoma), {.labels = {{"background", 0}, {"VS", 1}}}},
      {std::string(kCrossmoda2021), {.labels = {{"background", 0}, {"VS", 1}, {"cochlea", 2}}}},
  };
  return known;
}

const LabelTable* table_of(const std::string& name, const Findings& findings) {
  const auto declared = findings.declared.find(name);
  return declared != findings.declared.end() ? &declared->second : known_scheme(name);
}

std::string texts(const std::set<int>& values) {
  std::vector<std::string> parts;
  for (const int value : values) {
    parts.push_back(std::to_string(value));
  }
  return join(parts, " ");
}

// "openms: values 0 1; isles2022: ISLES 2022": what each data set says of its labels.
std::string differences(const std::vector<LabelEvidence>& evidence) {
  std::map<std::string, std::string> of_dataset;
  for (const LabelEvidence& one : evidence) {
    of_dataset[one.dataset] = one.schemes.empty() ? "no declared meaning" : join(one.schemes, " or ");
  }
  std::vector<std::string> parts;
  for (const auto& [dataset, scheme] : of_dataset) {
    parts.push_back(dataset + ": " + scheme);
  }
  return join(parts, "; ");
}

// 255 in some maps and another value in others, which never stand together: 255 may mean the same as that value, or what nobody
// labelled. "" when there is no such value.
std::string doubtful_255(const std::vector<std::pair<std::string, std::set<int>>>& maps) {
  constexpr int kFull = 255;
  std::set<int> beside{0, kFull};
  std::string with;
  for (const auto& [id, values] : maps) {
    if (values.contains(kFull)) {
      beside.insert(values.begin(), values.end());
      with = with.empty() ? id : with;
    }
  }
  for (const auto& [id, values] : maps) {
    const auto apart = std::ranges::find_if(values, [&](int value) { return !beside.contains(value); });
    if (!with.empty() && apart != values.end()) {
      return "the values " + std::to_string(*apart) + " (" + id + ") and 255 (" + with + ") never stand in one label map";
    }
  }
  return "";
}

} // namespace

const LabelTable* known_scheme(std::string_view name) {
  const auto found = schemes().find(name);
  return found == schemes().end() ? nullptr : &found->second;
}

std::set<int> declared_values(const LabelTable& table) {
  std::set<int> values{0};
  for (const auto& [name, value] : table.labels) {
    values.insert(value);
  }
  for (const auto& [name, list] : table.regions) {
    values.insert(list.begin(), list.end());
  }
  if (table.ignore) {
    values.insert(*table.ignore);
  }
  return values;
}

std::string unrelated_values(const std::vector<std::pair<std::string, std::set<int>>>& maps) {
  struct Group {
    std::set<int> values;
    std::vector<std::string> ids;
  };
  std::vector<Group> groups;
  for (const auto& [id, found] : maps) {
    Group merged{.values = found, .ids = {}};
    merged.values.erase(0);
    if (merged.values.empty()) {
      continue;
    }
    std::erase_if(groups, [&](const Group& group) {
      const bool shared = std::ranges::any_of(group.values, [&](int value) { return merged.values.contains(value); });
      if (shared) {
        merged.values.insert(group.values.begin(), group.values.end());
        merged.ids.insert(merged.ids.end(), group.ids.begin(), group.ids.end());
      }
      return shared;
    });
    merged.ids.push_back(id);
    groups.push_back(std::move(merged));
  }
  std::vector<std::string> parts;
  for (const Group& group : groups) {
    constexpr std::size_t kMost = 3;
    const std::vector<std::string> some(group.ids.begin(),
                                        group.ids.begin() + static_cast<std::ptrdiff_t>(std::min(kMost, group.ids.size())));
    parts.push_back(texts(group.values) + " (" + join(some, ", ") +
                    (group.ids.size() > kMost ? " and " + std::to_string(group.ids.size() - kMost) + " more" : "") + ")");
  }
  return parts.size() < 2 ? doubtful_255(maps) : "the values " + join(parts, " and ") + " never stand in one label map";
}

LabelTable common_label_table(const std::vector<LabelEvidence>& evidence, Findings& findings) {
  constexpr const char* kKind = "label table left out of the studies file";
  if (evidence.empty()) {
    return {};
  }
  std::set<int> values;
  for (const LabelEvidence& one : evidence) {
    values.insert(one.values.begin(), one.values.end());
    if (one.schemes != evidence.front().schemes) {
      findings.warn(kKind, "",
                    "the labels of these data sets mean different things (" + differences(evidence) +
                        "); index them into files of their own, or write `labels` into the studies file yourself");
      return {};
    }
  }
  std::set<std::string> datasets;
  std::ranges::transform(evidence, std::inserter(datasets, datasets.end()), &LabelEvidence::dataset);
  if (evidence.front().schemes.empty() && datasets.size() > 1) {
    findings.warn(
        "label maps of several data sets", "",
        "the labels of " + join(std::vector(datasets.begin(), datasets.end()), ", ") +
            " are taken to mean the same; where they do not (a lesion, a stroke), index each data set into a file of its own");
  }
  std::vector<std::string> fitting;
  for (const std::string& name : evidence.front().schemes) {
    const LabelTable* table = table_of(name, findings);
    if (table != nullptr && std::ranges::includes(declared_values(*table), values)) {
      fitting.push_back(name);
    }
  }
  if (fitting.size() == 1) {
    return *table_of(fitting.front(), findings);
  }
  if (evidence.front().schemes.empty()) {
    std::vector<std::pair<std::string, std::set<int>>> maps;
    for (const LabelEvidence& one : evidence) {
      maps.emplace_back(one.study, one.values);
    }
    if (const std::string unrelated = unrelated_values(maps); !unrelated.empty()) {
      findings.warn("label maps with different values", "",
                    unrelated +
                        "; bring masks that mean the same to the same values, or write `labels` with a name for each value "
                        "into the studies file");
    }
  } else {
    findings.warn(kKind, "",
                  "values " + texts(values) + (fitting.empty() ? " do not fit " : " fit each of ") +
                      join(evidence.front().schemes, ", ") + "; write `labels` into the studies file yourself");
  }
  return {};
}

} // namespace brainmvp::study
