#include <utility>

#include "store/records_json.h"

namespace brainmvp::store {
namespace fs = std::filesystem;
namespace {

constexpr const char* kStoreFile = "store.json";

template <class Value>
Json table_of(const std::vector<std::pair<std::string, Value>>& entries) {
  Json json = Json::object();
  for (const auto& [name, value] : entries) {
    json[name] = value;
  }
  return json;
}

template <class Value>
std::vector<std::pair<std::string, Value>> entries_of(const Json& json) {
  std::vector<std::pair<std::string, Value>> entries;
  for (const auto& [name, value] : json.items()) {
    entries.emplace_back(name, value.template get<Value>());
  }
  return entries;
}

study::Split split_of(const std::string& name) {
  for (const study::Split split : {study::Split::kTraining, study::Split::kValidation, study::Split::kTest}) {
    if (study::split_name(split) == name) {
      return split;
    }
  }
  throw Error(ExitCode::kBadInput, "unknown split " + name + " in store.json; run `brainmvp prepare` again");
}

Json entry_json(const StoreEntry& entry) {
  Json json{{"id", entry.id}, {"split", study::split_name(entry.split)}, {"patient", entry.patient}};
  if (entry.class_name) {
    json["class"] = *entry.class_name;
  }
  if (!entry.dataset.empty()) {
    json["dataset"] = entry.dataset;
  }
  if (entry.fold) {
    json["fold"] = *entry.fold;
  }
  if (entry.simulated) {
    json["simulated"] = true;
  }
  return json;
}

// Stores of earlier versions have neither patient nor fold.
StoreEntry entry_of(const Json& json) {
  StoreEntry entry{.id = json.at("id"),
                   .split = split_of(json.at("split")),
                   .patient = json.value("patient", ""),
                   .class_name = {},
                   .dataset = json.value("dataset", ""),
                   .fold = {},
                   .simulated = json.value("simulated", false)};
  if (json.contains("class")) {
    entry.class_name = json.at("class").get<std::string>();
  }
  if (json.contains("fold")) {
    entry.fold = json.at("fold").get<int>();
  }
  return entry;
}

} // namespace

StoreRecord read_store_record(const fs::path& folder) {
  return read_json(folder / kStoreFile, "brainmvp-store", [](const Json& json) {
    return StoreRecord{.studies_file = json.value("studies_file", ""),
                       .parameters = options_of(json.at("parameters")),
                       .table = {.labels = entries_of<int>(json.at("labels")),
                                 .regions = entries_of<std::vector<int>>(json.at("regions")),
                                 .classes = json.at("classes").get<std::vector<std::string>>(),
                                 .region_order = json.value("regions_class_order", std::vector<int>{}),
                                 .ignore = json.contains("ignore") ? std::optional(json.at("ignore").get<int>()) : std::nullopt},
                       .studies = items_of<StoreEntry>(json.at("studies"), entry_of)};
  });
}

std::optional<PrepareOptions> parameters_of_store(const fs::path& folder) {
  std::ifstream file(folder / kStoreFile);
  try {
    return options_of(Json::parse(file).at("parameters"));
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

void write_store_record(const StoreRecord& record, const fs::path& folder) {
  Json json{{"format", "brainmvp-store"},
            {"version", kStoreVersion},
            {"parameters", to_json(record.parameters)},
            {"labels", table_of(record.table.labels)},
            {"regions", table_of(record.table.regions)},
            {"classes", record.table.classes},
            {"studies", list_of(record.studies, entry_json)}};
  if (!record.studies_file.empty()) {
    json["studies_file"] = record.studies_file.generic_string();
  }
  if (!record.table.region_order.empty()) {
    json["regions_class_order"] = record.table.region_order;
  }
  if (record.table.ignore) {
    json["ignore"] = *record.table.ignore;
  }
  write_json(folder / kStoreFile, json);
}

} // namespace brainmvp::store
