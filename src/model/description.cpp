#include <utility>

#include "model/description_check.h"
#include "model/model.h"

namespace brainmvp::model {
namespace {

using checkpoint::Dict;
using checkpoint::List;
using checkpoint::Value;

void add_entry(Dict& dict, const std::string& name, Value value) { dict.push_back({Value{name}, std::move(value)}); }

Value text_list(const std::vector<std::string>& texts) {
  List list;
  for (const std::string& text : texts) {
    list.push_back({text});
  }
  return {list};
}

Value table_entry_labels(const study::LabelTable& table) {
  Dict dict;
  for (const auto& [name, value] : table.labels) {
    add_entry(dict, name, {std::int64_t{value}});
  }
  return {dict};
}

Value value_list(const std::vector<int>& values) {
  List list;
  for (const int value : values) {
    list.push_back({std::int64_t{value}});
  }
  return {list};
}

Value table_entry_regions(const study::LabelTable& table) {
  Dict dict;
  for (const auto& [name, values] : table.regions) {
    add_entry(dict, name, value_list(values));
  }
  return {dict};
}

Value window_entry(const image::Size& window) {
  List list;
  for (const std::size_t side : window) {
    list.push_back({static_cast<std::int64_t>(side)});
  }
  return {list};
}

Value preparation_entry(const store::PrepareOptions& options) {
  Dict dict;
  add_entry(dict, "spacing_mm", {options.spacing_mm});
  add_entry(dict, "low_percentile", {options.low_percentile});
  add_entry(dict, "high_percentile", {options.high_percentile});
  add_entry(dict, "percentiles_of",
            {std::string(store::kPercentilesOfNames.at(static_cast<std::size_t>(options.percentiles_of)))});
  add_entry(dict, "reference", {options.reference});
  add_entry(dict, "z_scored", {options.z_scored});
  return {dict};
}

} // namespace

Dict description_entries(const ModelDescription& description) {
  check_description(description);
  List has_template;
  for (const bool has : description.has_template) {
    has_template.push_back({has});
  }
  Dict dict;
  add_entry(dict, "task", {description.task});
  add_entry(dict, "network", {description.network});
  add_entry(dict, "channels", text_list(description.channels));
  add_entry(dict, "labels", table_entry_labels(description.table));
  add_entry(dict, "regions", table_entry_regions(description.table));
  if (!description.table.region_order.empty()) {
    add_entry(dict, "region_order", value_list(description.table.region_order));
  }
  if (description.table.ignore) {
    add_entry(dict, "ignore", {std::int64_t{*description.table.ignore}});
  }
  add_entry(dict, "classes", text_list(description.table.classes));
  add_entry(dict, "window", window_entry(description.window));
  add_entry(dict, "sizing", {std::string(kSizingNames.at(static_cast<std::size_t>(description.sizing)))});
  add_entry(dict, "preparation", preparation_entry(description.preparation));
  add_entry(dict, "intensities", {std::string(store::kIntensitiesNames.at(static_cast<std::size_t>(description.intensities)))});
  add_entry(dict, "templates", {description.templates.detach().to(at::kCPU, at::kFloat).contiguous()});
  add_entry(dict, "has_template", {has_template});
  if (const Head& head = description.head(); head.write != nullptr) {
    head.write(description, dict);
  }
  return dict;
}

} // namespace brainmvp::model
