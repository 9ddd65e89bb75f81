#include "study/json_file.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <limits>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "io/text_file.h"

namespace brainmvp::study {
namespace {

constexpr int kDeepest = 32; // levels of objects and lists

constexpr std::uint64_t kMostComparisons = 200'000'000;

[[noreturn]] void refuse(const std::string& where, const std::string& reason) {
  throw Error(ExitCode::kBadInput, where + ": " + reason);
}

// Asked by the parser at every step.
class Limits {
public:
  explicit Limits(std::string where) : where_(std::move(where)) {}

  bool operator()(int depth, Json::parse_event_t event, const Json&) {
    if (depth > kDeepest) {
      refuse(where_, "lists and objects nested deeper than " + std::to_string(kDeepest) + " levels");
    }
    const auto level = static_cast<std::size_t>(depth);
    if (event == Json::parse_event_t::object_start) {
      names_[level + 1] = 0;
    } else if (event == Json::parse_event_t::key) {
      comparisons_ += names_[level]++; // an ordered object compares each name with those before it
      if (comparisons_ > kMostComparisons) {
        refuse(where_, "an object with " + std::to_string(names_[level]) + " names, more than such a file may have");
      }
    }
    return true;
  }

private:
  std::string where_;
  std::array<std::uint64_t, kDeepest + 2> names_{}; // of the innermost object at each depth
  std::uint64_t comparisons_ = 0;
};

std::optional<int> whole_number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

int label_value(const Json& value, const std::string& where) {
  if (!value.is_number_integer() || value < 0 || value > std::numeric_limits<int>::max()) {
    refuse(where, "expected a whole number from 0 up, found " + json_text(value));
  }
  return value.get<int>();
}

std::vector<int> label_values(const Json& list, const std::string& where) {
  std::vector<int> values;
  for (const Json& value : list) {
    values.push_back(label_value(value, where));
  }
  if (values.empty()) {
    refuse(where, "expected at least one value in the list");
  }
  return values;
}

bool is_ignore(const std::string& name) { return to_lower(name) == "ignore"; }

// A list of more than the background.
bool is_region(const Json& value) {
  return value.is_array() && std::ranges::any_of(value, [](const Json& one) { return one != 0; });
}

// `regions`: whether each label is a region.
void add_label(const std::string& name, const Json& value, const std::string& where, bool regions, LabelTable& table) {
  const auto number = whole_number(name);
  if (number && value.is_string()) { // MSD: "1": "edema"
    table.labels.emplace_back(value.get<std::string>(), label_value(Json(*number), where));
    return;
  }
  const std::vector<int> values = value.is_array() ? label_values(value, where) : std::vector{label_value(value, where)};
  if (is_ignore(name) && values.size() > 1) {
    refuse(where, "the voxels to ignore have one value; found " + json_text(value));
  }
  if (regions && !is_ignore(name) && values != std::vector{0}) {
    table.regions.emplace_back(name, values);
  } else {
    table.labels.emplace_back(name, values.front());
  }
}

void parse_labels(const Json& labels, const std::string& where, LabelTable& table) {
  const bool regions = std::ranges::any_of(labels, is_region);
  for (const auto& [name, value] : labels.items()) {
    add_label(name, value, where + ": field 'labels', '" + name + "'", regions, table);
  }
}

void parse_region_order(const Json& order, const std::string& where, LabelTable& table) {
  const std::string place = where + ": field 'regions_class_order'";
  if (table.regions.empty()) {
    return; // labels exclude each other, and none is painted over another
  }
  if (!order.is_array() || order.size() != table.regions.size()) {
    refuse(place, "expected one label value for each of the " + std::to_string(table.regions.size()) + " regions, found " +
                      json_text(order));
  }
  table.region_order = label_values(order, place);
  for (std::size_t i = 0; i < table.regions.size(); ++i) {
    const auto& [name, values] = table.regions[i];
    if (std::ranges::count(values, table.region_order[i]) == 0) {
      refuse(place, "the region '" + name + "' is painted as " + std::to_string(table.region_order[i]) +
                        ", which is not among its values; the order is that of the regions");
    }
  }
}

void parse_classes(const Json& classes, const std::string& where, LabelTable& table) {
  const std::string place = where + ": field 'classes'";
  if (!classes.is_array()) {
    refuse(place, "expected a list of texts, found " + json_kind(classes));
  }
  for (const Json& name : classes) {
    if (!name.is_string() || name.get_ref<const std::string&>().empty()) {
      refuse(place, "expected a list of texts that are not empty, found " + json_text(name));
    }
    table.classes.push_back(name.get<std::string>());
  }
}

const Json* member(const Json& object, const char* name, const std::string& where) {
  const auto found = object.find(name);
  if (found == object.end()) {
    return nullptr;
  }
  if (!found->is_object()) {
    refuse(where + ": field '" + name + "'", "expected an object such as {\"tumour\": 1}, found " + json_kind(*found));
  }
  return &*found;
}

void refuse_repeats(const LabelTable& table, const std::string& where) {
  std::set<std::string> names;
  std::set<int> values;
  for (const auto& [name, value] : table.labels) {
    if (!names.insert(name).second || !values.insert(value).second) {
      refuse(where + ": field 'labels'", "'" + name + "' = " + std::to_string(value) + " repeats a name or a value");
    }
  }
  names.clear(); // a region may be called as the one label in it
  for (const auto& [name, value] : table.regions) {
    if (!names.insert(name).second) {
      refuse(where + ": field 'regions'", "the name '" + name + "' stands there twice");
    }
  }
}

} // namespace

Json read_json_object(const std::filesystem::path& path) {
  const std::string text = io::read_text_file(path, io::kLargestList);
  Json object;
  try {
    object = Json::parse(text, Limits(path.string()));
  } catch (const Json::exception& fault) {
    refuse(path.string(), std::string("not valid JSON: ") + fault.what());
  }
  if (!object.is_object()) {
    refuse(path.string(), "expected an object {...} at the top, found " + json_kind(object));
  }
  return object;
}

std::string json_text(const Json& value) {
  constexpr std::size_t kLongest = 80;
  std::string text = value.dump(-1, ' ', true);
  return text.size() > kLongest ? text.substr(0, kLongest) + "..." : text;
}

std::string json_kind(const Json& value) {
  switch (value.type()) {
  case Json::value_t::object:
    return "an object";
  case Json::value_t::array:
    return "a list";
  case Json::value_t::string:
    return "a text";
  case Json::value_t::boolean:
    return "true or false";
  case Json::value_t::null:
    return "null";
  default:
    return "a number";
  }
}

LabelTable parse_label_table(const Json& object, const std::string& where) {
  LabelTable table;
  if (const Json* labels = member(object, "labels", where)) {
    parse_labels(*labels, where, table);
  }
  if (const Json* regions = member(object, "regions", where)) {
    for (const auto& [name, values] : regions->items()) {
      const std::string place = where + ": field 'regions', '" + name + "'";
      table.regions.emplace_back(name, values.is_array() ? label_values(values, place) : std::vector{label_value(values, place)});
    }
  }
  if (const auto classes = object.find("classes"); classes != object.end()) {
    parse_classes(*classes, where, table);
  }
  if (const auto order = object.find("regions_class_order"); order != object.end()) {
    parse_region_order(*order, where, table);
  }
  refuse_repeats(table, where);
  take_ignore(table, where);
  return table;
}

void take_ignore(LabelTable& table, const std::string& where) {
  const auto found = std::ranges::find_if(table.labels, [](const auto& label) { return is_ignore(label.first); });
  if (found == table.labels.end()) {
    return;
  }
  for (const auto& [name, values] : table.regions) {
    if (std::ranges::count(values, found->second) > 0) {
      refuse(where, "the region '" + name + "' has the value " + std::to_string(found->second) + ", which is to be ignored");
    }
  }
  if (found->second == 0) {
    refuse(where, "the label to ignore has the value 0, which is the background's");
  }
  table.ignore = found->second;
  table.labels.erase(found);
}

std::vector<std::string> parse_channel_names(const Json& object, const std::string& where) {
  const char* const field = object.contains("channel_names") ? "channel_names" : "modality";
  const Json* channels = object.contains(field) && object[field].is_object() ? &object[field] : nullptr;
  std::vector<std::string> names(channels != nullptr ? channels->size() : 0);
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto found = channels->find(std::to_string(i));
    if (found == channels->end() || !found->is_string()) {
      refuse(where + ": field '" + field + "'", "expected a name for channel \"" + std::to_string(i) + "\"");
    }
    names[i] = found->get<std::string>();
  }
  return names;
}

} // namespace brainmvp::study
