#include "register/record.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <nlohmann/json.hpp>
#include <system_error>

#include "base/atomic_file.h"
#include "base/error.h"
#include "io/text_file.h"
#include "store/sources.h"

namespace brainmvp::registration {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kFormat = "brainmvp registration";
constexpr int kVersion = 2; // of the file's form and of the method: another one is done again

Json to_json(const RegisterOptions& options) {
  return {
      {"reference", options.reference},   {"label_of", options.label_of},         {"bias_correction", options.bias_correction},
      {"keep_grids", options.keep_grids}, {"finest_mm", options.align.finest_mm}, {"seed", options.align.seed}};
}

Json to_json(const RegisteredImage& image) {
  Json out{{"modality", image.modality}, {"file", image.file}, {"bias_corrected", image.bias_corrected}};
  if (image.alignment) {
    const Alignment& alignment = *image.alignment;
    const Verdict verdict = verdict_of(alignment);
    out["transform"] = image.transform;
    out["motion_of"] = image.motion_of;
    out["mutual_information"] = {{"before", alignment.information_before}, {"after", alignment.information_after}};
    out["mean_displacement_mm"] = alignment.displacement_mm;
    out["rotation_degrees"] = alignment.to_moving.angle_degrees();
    out["overlap"] = alignment.overlap;
    out["repeat_mm"] = alignment.repeat_mm;
    out["doubtful"] = verdict.doubtful;
    out["verdict"] = verdict.text;
    out["motion"] = {{"versor", alignment.to_moving.versor},
                     {"centre_mm", alignment.to_moving.centre},
                     {"translation_mm", alignment.to_moving.translation}};
  }
  return out;
}

RegisteredImage image_of(const Json& json) {
  RegisteredImage out{.modality = json.at("modality"), .file = json.at("file"), .bias_corrected = json.at("bias_corrected")};
  if (json.contains("transform")) {
    const Json& motion = json.at("motion");
    out.transform = json.at("transform");
    out.motion_of = json.at("motion_of");
    out.alignment = {.to_moving = {.versor = motion.at("versor").get<image::Vector>(),
                                   .centre = motion.at("centre_mm").get<image::Vector>(),
                                   .translation = motion.at("translation_mm").get<image::Vector>()},
                     .information_before = json.at("mutual_information").at("before"),
                     .information_after = json.at("mutual_information").at("after"),
                     .overlap = json.at("overlap"),
                     .displacement_mm = json.at("mean_displacement_mm"),
                     .repeat_mm = json.at("repeat_mm")};
  }
  return out;
}

RegistrationRecord record_of(const Json& json) {
  RegistrationRecord record{.id = json.at("id"), .options = {}, .modalities = json.at("listed"), .sources = {}, .result = {}};
  for (const Json& source : json.at("sources")) {
    record.sources.push_back({.path = source.at("path").get<std::string>(),
                              .bytes = source.at("bytes"),
                              .modified_ns = source.at("modified_ns"),
                              .hash = source.at("hash")});
  }
  record.result.reference = json.at("reference");
  for (const Json& image : json.at("images")) {
    record.result.images.push_back(image_of(image));
  }
  record.result.label = json.at("label");
  record.result.label_of = json.at("label_moved_with");
  record.result.warnings = json.at("warnings").get<std::vector<std::string>>();
  return record;
}

bool unchanged(const std::vector<store::SourceFile>& known, const study::Study& study, const fs::path& base) {
  const bool touched = std::ranges::any_of(known, [&](const store::SourceFile& source) {
    std::error_code error;
    const fs::path path = base / source.path;
    const auto bytes = fs::file_size(path, error);
    const auto time = error ? fs::file_time_type() : fs::last_write_time(path, error);
    return error || bytes != source.bytes ||
           std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count() != source.modified_ns;
  });
  std::vector<fs::path> listed = study.images;
  listed.insert(listed.end(), study.label ? 1 : 0, study.label.value_or(fs::path()));
  const bool same_list =
      listed.size() <= known.size() && std::ranges::all_of(listed, [&](const fs::path& path) {
        return std::ranges::find(known, store::relative_below(path, base), &store::SourceFile::path) != known.end();
      });
  if (!touched && same_list) {
    return true;
  }
  const std::vector<store::SourceFile> present = store::describe_sources(study, base);
  return std::ranges::equal(present, known, [](const store::SourceFile& a, const store::SourceFile& b) {
    return a.path == b.path && a.bytes == b.bytes && a.hash == b.hash;
  });
}

bool complete(const RegisteredStudy& result, const fs::path& folder) {
  std::error_code ignored;
  return std::ranges::all_of(result.images,
                             [&](const RegisteredImage& image) {
                               return fs::exists(folder / image.file, ignored) && fs::exists(folder / image.transform, ignored);
                             }) &&
         fs::exists(folder / result.label, ignored);
}

} // namespace

void write_record(const fs::path& folder, const RegistrationRecord& record) {
  Json json{{"format", kFormat},
            {"version", kVersion},
            {"id", record.id},
            {"options", to_json(record.options)},
            {"listed", record.modalities},
            {"reference", record.result.reference},
            {"sources", Json::array()},
            {"images", Json::array()}};
  for (const store::SourceFile& source : record.sources) {
    json["sources"].push_back(
        {{"path", source.path.string()}, {"bytes", source.bytes}, {"modified_ns", source.modified_ns}, {"hash", source.hash}});
  }
  for (const RegisteredImage& image : record.result.images) {
    json["images"].push_back(to_json(image));
  }
  json["label"] = record.result.label;
  json["label_moved_with"] = record.result.label_of;
  json["warnings"] = record.result.warnings;
  write_file(folder / kRecordFile, json.dump(1) + "\n");
}

std::optional<RegistrationRecord> up_to_date_record(const fs::path& folder, const study::Study& study,
                                                    const RegisterOptions& options, const fs::path& base) {
  std::error_code error;
  if (!fs::is_regular_file(folder / kRecordFile, error)) {
    return std::nullopt;
  }
  try {
    const Json json = Json::parse(io::read_text_file(folder / kRecordFile, io::kLargestConfig));
    if (json.at("format") != kFormat || json.at("version") != kVersion || json.at("options") != to_json(options)) {
      return std::nullopt;
    }
    RegistrationRecord record = record_of(json);
    const bool same =
        record.modalities == study.modalities && unchanged(record.sources, study, base) && complete(record.result, folder);
    record.options = options;
    return same ? std::optional(std::move(record)) : std::nullopt;
  } catch (const Json::exception&) {
    return std::nullopt; // damaged: done again
  }
}

} // namespace brainmvp::registration
