#include "study/image_json.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "base/error.h"
#include "base/text.h"
#include "io/dicom.h"
#include "io/image_file.h"
#include "study/dicom_series.h"
#include "study/json_file.h"
#include "study/name_reading.h"

namespace brainmvp::study {
namespace fs = std::filesystem;
namespace {

using Kind = FileRole::Kind;

std::optional<Json> json_beside(const fs::path& image) {
  const fs::path file = image.parent_path() / (io::image_stem(image) + ".json");
  std::error_code error;
  if (!fs::is_regular_file(file, error)) {
    return std::nullopt;
  }
  try {
    return read_json_object(file);
  } catch (const Error& fault) {
    if (fault.code() != ExitCode::kBadInput) {
      throw;
    }
    return std::nullopt;
  }
}

std::string text_at(const Json& json, const char* key) {
  return json.contains(key) && json[key].is_string() ? json[key].get<std::string>() : "";
}

// BIDS has seconds.
std::optional<double> milliseconds_at(const Json& json, const char* key) {
  return json.contains(key) && json[key].is_number() ? std::optional(1000 * json[key].get<double>()) : std::nullopt;
}

std::set<std::string> image_types(const Json& json) {
  std::set<std::string> types;
  for (const Json& type : json.contains("ImageType") && json["ImageType"].is_array() ? json["ImageType"] : Json::array()) {
    types.insert(type.is_string() ? to_lower(type.get<std::string>()) : "");
  }
  return types;
}

bool has_agent(const Json& json) {
  return std::ranges::any_of(std::array{"ContrastBolusAgent", "ContrastBolusIngredient"}, [&json](const char* key) {
    const std::string agent = normal_name(text_at(json, key));
    return !agent.empty() && agent != "none" && agent != "no" && agent != "n/a" && agent != "no_contrast";
  });
}

io::DicomHeader header_of(const Json& json) {
  const std::string sequence = to_lower(text_at(json, "ScanningSequence"));
  return {.magnetic_resonance = true,
          .repetition_ms = milliseconds_at(json, "RepetitionTime"),
          .echo_ms = milliseconds_at(json, "EchoTime"),
          .inversion_ms = milliseconds_at(json, "InversionTime"),
          .b_value = json.contains("DiffusionBValue") && json["DiffusionBValue"].is_number()
                         ? std::optional(json["DiffusionBValue"].get<double>())
                         : std::nullopt,
          .gradient_echo = sequence.find("gr") != std::string::npos,
          .echo_planar = sequence.find("ep") != std::string::npos,
          .contrast_agent = has_agent(json),
          .adc_map = image_types(json).contains("adc")};
}

// Derived maps say what they are; nothing for others.
std::optional<FileRole> by_type(const Json& json, const std::string& prefix) {
  const std::set<std::string> types = image_types(json);
  const auto has = [&types](const char* type) { return types.contains(type); };
  const auto role = [&prefix](Kind kind, const char* name) { return FileRole{.kind = kind, .name = name, .prefix = prefix}; };
  if (has("eadc") || has("exp") || (has("exponential"))) {
    return role(Kind::kSkipped, "exponential ADC maps");
  }
  if (has("adc")) {
    return role(Kind::kModality, "adc");
  }
  if (has("tracew") || has("trace")) {
    return role(Kind::kModality, "dwi");
  }
  if (has("phase") || has("p") || has("mip") || has("projection image")) {
    return role(Kind::kSkipped, "phase images and projections, by the JSON beside them");
  }
  return std::nullopt;
}

FileRole by_contents(const Json& json, const ModalityTable& table, const FileRole& before) {
  if (auto role = by_type(json, before.prefix)) {
    return *role;
  }
  for (const char* key : {"SeriesDescription", "ProtocolName"}) {
    FileRole role = read_name(table, text_at(json, key));
    if (role.kind == Kind::kModality || role.kind == Kind::kSkipped) {
      role.prefix = before.prefix;
      return role;
    }
  }
  const ContrastGuess guess = guess_contrast(header_of(json));
  if (guess.modality.empty()) {
    return before;
  }
  return {.kind = Kind::kModality,
          .name = guess.modality,
          .prefix = before.prefix,
          .remark = "taken as " + guess.modality + " by the times in its JSON (" + guess.numbers + ")"};
}

// Whether `predict` wrote the image, by its BIDS name or by the JSON beside it.
bool is_prediction(const fs::path& image, const std::optional<Json>& json) {
  return to_lower(entity_value(io::image_stem(image), "desc-")) == "brainmvp" ||
         (json && text_at(*json, "program") == "brainmvp" && json->contains("models"));
}

} // namespace

void settle_by_json(const fs::path& image, const ModalityTable& table, FileRole& role) {
  const std::optional<Json> json = json_beside(image);
  if (is_prediction(image, json)) {
    role = {.kind = Kind::kSkipped, .name = kPredictions, .prefix = role.prefix};
    return;
  }
  const bool t1 = role.kind == Kind::kModality && role.name == "t1";
  if (!json || (role.kind != Kind::kUnknown && !t1)) {
    return;
  }
  if (!t1) {
    role = by_contents(*json, table, role);
  }
  if (role.kind == Kind::kModality && role.name == "t1" && has_agent(*json)) {
    role.name = "t1c";
    role.remark = "its JSON names a contrast agent; taken as t1c";
  }
}

} // namespace brainmvp::study
