// JSON with limits on size and depth, and the label tables and channel names that data sets keep in it.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "study/studies_file.h"

namespace brainmvp::study {

using Json = nlohmann::ordered_json; // keeps the order of label names, which nnU-Net's regions depend on

// Reads an object. Throws Error(kBadInput): no file, larger than 256 MiB, not UTF-8, deeper than 32 levels, objects with tens of
// thousands of names, not JSON, not an object.
Json read_json_object(const std::filesystem::path& path);

// The value as JSON, cut where it is long; for messages.
std::string json_text(const Json& value);

// "a text", "a list", ... for messages.
std::string json_kind(const Json& value);

// `labels` (name -> value or list of values, or MSD's "value" -> name), `regions`, `regions_class_order` and `classes` of an
// object; what is missing stays empty. As in nnU-Net, one list among the labels makes all of them regions, and the label
// "ignore" is none. `where` begins the messages.
LabelTable parse_label_table(const Json& object, const std::string& where);

// Names of channels in order from `channel_names` or `modality` ({"0": "T1", ...}); empty when there are none.
std::vector<std::string> parse_channel_names(const Json& object, const std::string& where);

} // namespace brainmvp::study
