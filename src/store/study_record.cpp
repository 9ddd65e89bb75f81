#include "store/records_json.h"

namespace brainmvp::store {
namespace fs = std::filesystem;
namespace {

constexpr const char* kStudyFile = "study.json";

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
                                  "percentiles to 0 and 1, not clipped", "centre-symmetric foreground crop"};

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

} // namespace brainmvp::store
