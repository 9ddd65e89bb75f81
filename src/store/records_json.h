// Parts that store.json and study.json share. Only for the files that read and write them.
#pragma once

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/error.h"
#include "store/records.h"

namespace brainmvp::store {

using Json = nlohmann::ordered_json;

// Calls read(json) on the contents; whatever is wrong with them becomes one kind of Error.
template <class Read>
auto read_json(const std::filesystem::path& path, const char* format, Read read) {
  std::ifstream file(path);
  if (!file) {
    throw Error(ExitCode::kBadInput, path.string() + ": missing or not readable; run `brainmvp prepare` on this store (again)");
  }
  try {
    const Json json = Json::parse(file);
    if (json.at("format").get<std::string>() != format) {
      throw Error(ExitCode::kBadInput, path.string() + ": not a file of a brainmvp store");
    }
    if (const int version = json.at("version"); version != kStoreVersion) {
      throw Error(ExitCode::kBadInput,
                  path.string() +
                      (version < kStoreVersion ? ": prepared by an earlier version, which clipped intensities"
                                               : ": prepared by a later version of this program") +
                      "; run `brainmvp prepare` again");
    }
    return read(json);
  } catch (const Json::exception& error) {
    throw Error(ExitCode::kBadInput, path.string() + ": damaged (" + error.what() + "); run `brainmvp prepare` again");
  }
}

// Writes in one step.
void write_json(const std::filesystem::path& path, const Json& json);

Json to_json(const PrepareOptions& options);
PrepareOptions options_of(const Json& json);

// One JSON object an element, by `convert`.
template <class Items, class Convert>
Json list_of(const Items& items, Convert convert) {
  Json list = Json::array();
  for (const auto& item : items) {
    list.push_back(convert(item));
  }
  return list;
}

template <class Item, class Convert>
std::vector<Item> items_of(const Json& list, Convert convert) {
  std::vector<Item> items;
  for (const Json& json : list) {
    items.push_back(convert(json));
  }
  return items;
}

} // namespace brainmvp::store
