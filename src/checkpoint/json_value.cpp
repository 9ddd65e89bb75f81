#include "checkpoint/json_value.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "checkpoint/pickle.h"

namespace brainmvp::checkpoint {
namespace {

using Json = nlohmann::ordered_json;

std::optional<Json> to_json(const Value& value);

std::optional<Json> items_to_json(const List& items) {
  Json list = Json::array();
  for (const Value& item : items) {
    std::optional<Json> json = to_json(item);
    if (!json) {
      return std::nullopt;
    }
    list.push_back(*std::move(json));
  }
  return list;
}

std::optional<Json> dict_to_json(const Dict& dict) {
  Json object = Json::object();
  for (const auto& [key, value] : dict) {
    const std::string* name = std::get_if<std::string>(&key.data);
    std::optional<Json> json = name != nullptr ? to_json(value) : std::nullopt;
    if (!json) {
      return std::nullopt;
    }
    object[*name] = *std::move(json);
  }
  return object;
}

std::optional<Json> to_json(const Value& value) {
  if (const auto* list = std::get_if<List>(&value.data)) {
    return items_to_json(*list);
  }
  if (const auto* tuple = std::get_if<Tuple>(&value.data)) {
    return items_to_json(tuple->items);
  }
  if (const auto* dict = std::get_if<Dict>(&value.data)) {
    return dict_to_json(*dict);
  }
  if (const auto* text = std::get_if<std::string>(&value.data)) {
    return Json(*text);
  }
  if (const auto* flag = std::get_if<bool>(&value.data)) {
    return Json(*flag);
  }
  if (const auto* whole = std::get_if<std::int64_t>(&value.data)) {
    return Json(*whole);
  }
  const auto* number = std::get_if<double>(&value.data);
  if (number != nullptr && std::isfinite(*number)) {
    return Json(*number);
  }
  return std::holds_alternative<std::monostate>(value.data) ? std::optional<Json>(nullptr) : std::nullopt;
}

Value from_json(const Json& json) {
  if (json.is_object()) {
    Dict dict;
    for (const auto& [key, value] : json.items()) {
      dict.emplace_back(Value{key}, from_json(value));
    }
    return {dict};
  }
  if (json.is_array()) {
    List list;
    for (const Json& item : json) {
      list.push_back(from_json(item));
    }
    return {list};
  }
  if (json.is_string()) {
    return {json.get<std::string>()};
  }
  if (json.is_boolean()) {
    return {json.get<bool>()};
  }
  const bool too_large = json.is_number_unsigned() && json.get<std::uint64_t>() > std::uint64_t{INT64_MAX};
  if (json.is_number_integer() && !too_large) {
    return {json.get<std::int64_t>()};
  }
  return json.is_number() ? Value{json.get<double>()} : Value{};
}

// Whether the text is JSON within the depth that a pickle may have.
bool is_shallow_json(const std::string& text) {
  bool shallow = true;
  const auto note_depth = [&](int depth, Json::parse_event_t, const Json&) {
    shallow = shallow && depth < static_cast<int>(pickle::kMaxDepth);
    return shallow;
  };
  return !Json::parse(text, note_depth, false).is_discarded() && shallow;
}

} // namespace

std::optional<std::string> to_metadata(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value.data)) {
    return *text;
  }
  const std::optional<Json> json = to_json(value);
  return json ? std::optional(json->dump()) : std::nullopt;
}

Value from_metadata(const std::string& text) {
  const bool container = text.starts_with('[') || text.starts_with('{');
  return container && is_shallow_json(text) ? from_json(Json::parse(text)) : Value{text};
}

} // namespace brainmvp::checkpoint
