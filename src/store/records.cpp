#include "store/records.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <utility>

#include "base/atomic_file.h"
#include "base/error.h"

namespace brainmvp::store {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kStudyFile = "study.json";
constexpr const char* kStoreFile = "store.json";

// Calls read(json) on the contents; whatever is wrong with them becomes one kind of Error.
template <class Read>
auto read_json(const fs::path& path, const char* format, Read read) {
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
      throw Error(ExitCode::kBadInput, path.string() + ": version " + std::to_string(version) + " where this program has " +
                                           std::to_string(kStoreVersion) + "; run `brainmvp prepare` again");
    }
    return read(json);
  } catch (const Json::exception& error) {
    throw Error(ExitCode::kBadInput, path.string() + ": damaged (" + error.what() + "); run `brainmvp prepare` again");
  }
}

void write_json(const fs::path& path, const Json& json) {
  write_file(path, json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
}

Json to_json(const image::Grid& grid) {
  Json rows = Json::array();
  for (std::size_t row = 0; row < 3; ++row) {
    const auto& m = grid.affine.matrix[row];
    rows.push_back({m[0], m[1], m[2], grid.affine.translation[row]});
  }
  rows.push_back({0, 0, 0, 1});
  return {{"size", grid.size}, {"affine", rows}};
}

image::Grid grid_of(const Json& json) {
  image::Grid grid{.size = json.at("size").get<image::Size>(), .affine = {}};
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t column = 0; column < 3; ++column) {
      grid.affine.matrix[row][column] = json.at("affine").at(row).at(column);
    }
    grid.affine.translation[row] = json.at("affine").at(row).at(3);
  }
  return grid;
}

Json to_json(const image::Box& box) { return {{"begin", box.begin}, {"end", box.end}}; }

image::Box box_of(const Json& json) {
  return {.begin = json.at("begin").get<image::Size>(), .end = json.at("end").get<image::Size>()};
}

Json to_json(const PrepareOptions& options) {
  return {{"spacing_mm", options.spacing_mm}, {"percentiles", {options.low_percentile, options.high_percentile}}};
}

PrepareOptions options_of(const Json& json) {
  return {.spacing_mm = json.at("spacing_mm"),
          .low_percentile = json.at("percentiles").at(0),
          .high_percentile = json.at("percentiles").at(1)};
}

Json to_json(const WayBack& way) {
  return {{"reference", way.reference.string()},
          {"native", to_json(way.native)},
          {"resampled", to_json(way.resampled)},
          {"crops", {to_json(way.first_crop), to_json(way.second_crop)}}};
}

WayBack way_back_of(const Json& json) {
  return {.reference = json.at("reference").get<std::string>(),
          .native = grid_of(json.at("native")),
          .resampled = grid_of(json.at("resampled")),
          .first_crop = box_of(json.at("crops").at(0)),
          .second_crop = box_of(json.at("crops").at(1))};
}

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
  Json json{{"id", entry.id}, {"split", study::split_name(entry.split)}};
  if (entry.class_name) {
    json["class"] = *entry.class_name;
  }
  if (!entry.dataset.empty()) {
    json["dataset"] = entry.dataset;
  }
  return json;
}

StoreEntry entry_of(const Json& json) {
  StoreEntry entry{
      .id = json.at("id"), .split = split_of(json.at("split")), .class_name = {}, .dataset = json.value("dataset", "")};
  if (json.contains("class")) {
    entry.class_name = json.at("class").get<std::string>();
  }
  return entry;
}

StudyRecord study_record_of(const Json& json) {
  StudyRecord record;
  record.id = json.at("id");
  record.listed = json.at("listed").get<std::vector<std::string>>();
  record.modalities = json.at("modalities").get<std::vector<std::string>>();
  record.has_label = json.at("label");
  record.grid = grid_of(json.at("grid"));
  record.files = items_of<StoredFile>(json.at("files"), [](const Json& file) {
    return StoredFile{.name = file.at("name"), .bytes = file.at("bytes"), .hash = file.at("hash")};
  });
  record.sources = items_of<SourceFile>(json.at("sources"), [](const Json& file) {
    return SourceFile{.path = file.at("path").get<std::string>(),
                      .bytes = file.at("bytes"),
                      .modified_ns = file.at("modified_ns"),
                      .hash = file.at("hash")};
  });
  record.parameters = options_of(json.at("parameters"));
  record.way_back = way_back_of(json.at("way_back"));
  record.distances = items_of<GridDistance>(json.at("distances"), [](const Json& entry) {
    return GridDistance{
        .modality = entry.at("modality"), .distance_mm = entry.at("mm"), .interpolated = entry.at("interpolated")};
  });
  record.warnings = json.at("warnings").get<std::vector<std::string>>();
  return record;
}

constexpr const char* kSteps[] = {"load", "RAS and isotropic, linear (labels nearest)", "centre-symmetric foreground crop",
                                  "percentiles to [0, 1], clipped", "centre-symmetric foreground crop"};

} // namespace

StudyRecord read_study_record(const fs::path& folder) {
  return read_json(folder / kStudyFile, "brainmvp-study", study_record_of);
}

void write_study_record(const StudyRecord& record, const fs::path& folder) {
  write_json(
      folder / kStudyFile,
      {{"format", "brainmvp-study"},
       {"version", kStoreVersion},
       {"id", record.id},
       {"listed", record.listed},
       {"modalities", record.modalities},
       {"label", record.has_label},
       {"grid", to_json(record.grid)},
       {"files", list_of(record.files,
                         [](const StoredFile& file) {
                           return Json{{"name", file.name}, {"bytes", file.bytes}, {"hash", file.hash}};
                         })},
       {"sources", list_of(record.sources,
                           [](const SourceFile& file) {
                             return Json{{"path", file.path.string()},
                                         {"bytes", file.bytes},
                                         {"modified_ns", file.modified_ns},
                                         {"hash", file.hash}};
                           })},
       {"steps", kSteps},
       {"parameters", to_json(record.parameters)},
       {"way_back", to_json(record.way_back)},
       {"distances",
        list_of(record.distances,
                [](const GridDistance& entry) {
                  return Json{{"modality", entry.modality}, {"mm", entry.distance_mm}, {"interpolated", entry.interpolated}};
                })},
       {"warnings", record.warnings}});
}

StoreRecord read_store_record(const fs::path& folder) {
  return read_json(folder / kStoreFile, "brainmvp-store", [](const Json& json) {
    return StoreRecord{.parameters = options_of(json.at("parameters")),
                       .table = {.labels = entries_of<int>(json.at("labels")),
                                 .regions = entries_of<std::vector<int>>(json.at("regions")),
                                 .classes = json.at("classes").get<std::vector<std::string>>()},
                       .studies = items_of<StoreEntry>(json.at("studies"), entry_of)};
  });
}

void write_store_record(const StoreRecord& record, const fs::path& folder) {
  write_json(folder / kStoreFile, {{"format", "brainmvp-store"},
                                   {"version", kStoreVersion},
                                   {"parameters", to_json(record.parameters)},
                                   {"labels", table_of(record.table.labels)},
                                   {"regions", table_of(record.table.regions)},
                                   {"classes", record.table.classes},
                                   {"studies", list_of(record.studies, entry_json)}});
}

} // namespace brainmvp::store
