#include "study/json_file.h"

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

void add_label(const std::string& name, const Json& value, const std::string& where, LabelTable& table) {
  if (value.is_array()) {
    table.regions.emplace_back(name, label_values(value, where));
  } else if (const auto number = whole_number(name); number && value.is_string()) { // MSD: "1": "edema"
    table.labels.emplace_back(value.get<std::string>(), label_value(Json(*number), where));
  } else {
    table.labels.emplace_back(name, label_value(value, where));
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
    for (const auto& [name, value] : labels->items()) {
      add_label(name, value, where + ": field 'labels', '" + name + "'", table);
    }
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
  refuse_repeats(table, where);
  return table;
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
