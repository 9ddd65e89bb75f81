#include "metrics/regions.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

#include "base/error.h"
#include "base/text.h"
#include "image/label_values.h"

namespace brainmvp::metrics {
namespace {

std::optional<int> number_of(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

std::vector<int> declared_values(const study::LabelTable& table) {
  std::set<int> values;
  for (const auto& [name, value] : table.labels) {
    values.insert(value);
  }
  for (const auto& [name, of_region] : table.regions) {
    values.insert(of_region.begin(), of_region.end());
  }
  if (!values.empty()) {
    values.insert(0);
  }
  return {values.begin(), values.end()};
}

std::string texts_of(const std::vector<int>& values) {
  std::vector<std::string> texts;
  std::ranges::transform(values, std::back_inserter(texts), [](int value) { return std::to_string(value); });
  return join(texts, ", ");
}

template <class Entries>
std::string names_of(const Entries& entries) {
  std::vector<std::string> names;
  std::ranges::transform(entries, std::back_inserter(names), [](const auto& entry) { return entry.first; });
  return names.empty() ? "none" : join(names, ", ");
}

Region label_region(const std::string& wanted, const study::LabelTable& table) {
  const std::optional<int> value = number_of(wanted);
  for (const auto& [name, label] : table.labels) {
    if (name == wanted || label == value) {
      return {.name = name, .values = {label}};
    }
  }
  if (!table.labels.empty() || !value) {
    throw Error(ExitCode::kUsage, "--labels: there is no label '" + wanted + "'; the label table has: " + names_of(table.labels) +
                                      (table.labels.empty() ? "; give values, or a table with --table FILE" : ""));
  }
  return {.name = wanted, .values = {*value}};
}

// "NAME=1,2" or the name of a region of the table.
Region chosen_region(const std::string& wanted, const study::LabelTable& table, const std::vector<int>& declared) {
  const std::size_t equals = wanted.rfind('=');
  if (equals == std::string::npos) {
    const auto found = std::ranges::find(table.regions, wanted, [](const auto& region) { return region.first; });
    if (found == table.regions.end()) {
      throw Error(ExitCode::kUsage, "--region: there is no region '" + wanted + "'; known are: " + names_of(table.regions) +
                                        "; or define it as NAME=VALUE,VALUE");
    }
    return {.name = found->first, .values = found->second};
  }
  Region region{.name = wanted.substr(0, equals), .values = {}};
  for (const std::string& text : split(wanted.substr(equals + 1), ",")) {
    const std::optional<int> value = number_of(text);
    if (!value || *value == 0 || (!declared.empty() && std::ranges::count(declared, *value) == 0)) {
      throw Error(ExitCode::kUsage, "--region " + wanted + ": '" + text + "' is not a label's value other than 0" +
                                        (declared.empty() ? "" : "; the label table has " + texts_of(declared)));
    }
    region.values.push_back(*value);
  }
  return region;
}

void refuse_twins(const std::vector<Region>& regions) {
  std::set<std::string> names;
  for (const Region& region : regions) {
    if (!names.insert(region.name).second) {
      throw Error(ExitCode::kUsage, "the region '" + region.name + "' is chosen twice");
    }
  }
}

} // namespace

RegionTable choose_regions(const study::LabelTable& table, const RegionChoice& choice) {
  RegionTable chosen{.regions = {}, .declared = declared_values(table), .ignore = table.ignore};
  for (const std::string& label : choice.labels) {
    chosen.regions.push_back(label_region(label, table));
  }
  for (const std::string& region : choice.regions) {
    chosen.regions.push_back(chosen_region(region, table, chosen.declared));
  }
  if (table.ignore) { // no region can have it, but files can
    chosen.declared.push_back(*table.ignore);
  }
  if (!chosen.regions.empty()) {
    refuse_twins(chosen.regions);
    return chosen;
  }
  for (const auto& [name, values] : table.regions) {
    chosen.regions.push_back({.name = name, .values = values});
  }
  if (chosen.regions.empty()) {
    for (const auto& [name, value] : table.labels) {
      if (value != 0) {
        chosen.regions.push_back({.name = name, .values = {value}});
      }
    }
  }
  return chosen;
}

std::vector<Region> regions_of_values(const std::vector<int>& values) {
  std::vector<Region> regions;
  for (const int value : std::set<int>(values.begin(), values.end())) {
    if (value != 0) {
      regions.push_back({.name = std::to_string(value), .values = {value}});
    }
  }
  return regions;
}

void check_declared(const image::LabelVolume& volume, const RegionTable& table, const std::filesystem::path& path) {
  if (table.declared.empty()) {
    return;
  }
  std::vector<std::string> undeclared;
  for (const int value : image::values_of(volume)) {
    if (std::ranges::count(table.declared, value) == 0) {
      undeclared.push_back("value " + std::to_string(value) + " in " + std::to_string(std::ranges::count(volume.data, value)) +
                           " voxels");
    }
  }
  if (!undeclared.empty()) {
    throw Error(ExitCode::kBadInput, path.string() + ": " + join(undeclared, ", ") + ", but the label table declares " +
                                         texts_of(table.declared) + "; correct the file or the table");
  }
}

void clear_ignored(image::LabelVolume& volume, const image::LabelVolume& reference, const RegionTable& table) {
  for (std::size_t i = 0; table.ignore && i < volume.data.size(); ++i) {
    volume.data[i] = reference.data[i] == *table.ignore ? 0 : volume.data[i];
  }
}

std::vector<std::uint8_t> mask_of(const image::LabelVolume& volume, const Region& region) {
  std::vector<std::uint8_t> mask(volume.data.size());
  std::ranges::transform(volume.data, mask.begin(), [&](std::int32_t value) -> std::uint8_t {
    return std::ranges::find(region.values, value) != region.values.end();
  });
  return mask;
}

} // namespace brainmvp::metrics
