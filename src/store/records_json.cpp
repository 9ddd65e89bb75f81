#include "store/records_json.h"

#include "base/atomic_file.h"

namespace brainmvp::store {

void write_json(const std::filesystem::path& path, const Json& json) {
  write_file(path, json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
}

Json to_json(const PrepareOptions& options) {
  Json json{{"spacing_mm", options.spacing_mm},
            {"percentiles", {options.low_percentile, options.high_percentile}},
            {"percentiles_of", kPercentilesOfNames.at(static_cast<std::size_t>(options.percentiles_of))},
            {"z_scored", options.z_scored}};
  if (options.compress) {
    json["compress"] = true;
  }
  if (!options.reference.empty()) {
    json["reference"] = options.reference;
  }
  return json;
}

PrepareOptions options_of(const Json& json) {
  return {.spacing_mm = json.at("spacing_mm"),
          .low_percentile = json.at("percentiles").at(0),
          .high_percentile = json.at("percentiles").at(1),
          .percentiles_of = json.value("percentiles_of", "crop") == "crop" ? PercentilesOf::kCrop : PercentilesOf::kForeground,
          .reference = json.value("reference", ""),
          .z_scored = json.value("z_scored", false),
          .compress = json.value("compress", false)};
}

} // namespace brainmvp::store
