#include "infer/earlier.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/hash.h"
#include "base/text.h"
#include "infer/output_files.h"
#include "io/delimited.h"
#include "store/sources.h"

namespace brainmvp::infer {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::ordered_json;

// Entries of a sidecar that say nothing of how a case was predicted.
constexpr std::array kOfTheCase{"channels", "channels_of_rows", "inputs", "inputs_of_rows", "probabilities_of",
                                "table",    "command",          "device"};

std::string hash_of(const fs::path& image) {
  std::string hashes;
  for (const store::SourceFile& file : store::describe_sources({.images = {image}}, image.parent_path())) {
    hashes += file.hash;
  }
  return content_hash(std::as_bytes(std::span(hashes)));
}

Json parsed(const std::string& text) { return Json::parse(text, nullptr, false); }

// Names of the entries outside kOfTheCase that two sidecars do not share.
std::vector<std::string> differing_settings(const Json& earlier, const Json& now) {
  std::vector<std::string> names;
  const auto compare = [&](const Json& one, const Json& other) {
    for (const auto& [name, value] : one.items()) {
      const bool of_case = std::ranges::find(kOfTheCase, name) != kOfTheCase.end();
      if (!of_case && (!other.contains(name) || other[name] != value) && std::ranges::count(names, name) == 0) {
        names.push_back(name);
      }
    }
  };
  compare(earlier, now);
  compare(now, earlier);
  return names;
}

void refuse_other_settings(const Json& earlier, const Json& now, const fs::path& file) {
  const std::vector<std::string> names = differing_settings(earlier, now);
  if (!names.empty()) {
    throw Error(ExitCode::kOutput, file.string() + ": was predicted in another way (" + join(names, ", ") +
                                       "); give another folder, or --force instead of --resume to predict all again");
  }
}

// "flair has changed, t1 was removed".
std::string change_of(const Json& before, const Json& now) {
  if (!before.is_object()) {
    return "their images are not recorded";
  }
  std::vector<std::string> changes;
  for (const auto& [name, hash] : before.items()) {
    if (!now.contains(name)) {
      changes.push_back(name + " was removed");
    } else if (now[name] != hash) {
      changes.push_back(name + " has changed");
    }
  }
  for (const auto& [name, hash] : now.items()) {
    if (!before.contains(name)) {
      changes.push_back(name + " was added");
    }
  }
  if (changes.empty() && before != now) {
    changes.emplace_back("the order of the images has changed");
  }
  return join(changes, ", ");
}

Json member(const Json& object, const char* name) { return object.contains(name) ? object[name] : Json(); }

} // namespace

InputHashes input_hashes(const study::Study& study) {
  InputHashes hashes;
  const bool one_file = study.images.size() == 1;
  for (std::size_t i = 0; i < study.modalities.size(); ++i) {
    const std::string hash = i > 0 && one_file ? hashes.front().second : hash_of(study.images.at(i));
    hashes.emplace_back(study.modalities[i], hash);
  }
  if (study.label) {
    hashes.emplace_back("label", hash_of(*study.label));
  }
  return hashes;
}

std::string reason_to_repeat(const std::string& earlier, const std::string& now, const fs::path& file) {
  const Json before = parsed(earlier);
  const Json present = parsed(now);
  refuse_other_settings(before, present, file);
  const Json wanted = member(present, "probabilities_of");
  const std::string change = change_of(member(before, "inputs"), member(present, "inputs"));
  return change.empty() && !wanted.empty() && member(before, "probabilities_of") != wanted ? "they have no probabilities"
                                                                                           : change;
}

bool is_sidecar(const std::string& text) {
  const Json json = parsed(text);
  return json.is_object() && member(json, "program") == "brainmvp" && json.contains("models");
}

std::vector<EarlierRow> earlier_rows(const fs::path& folder, const std::string& now) {
  const fs::path file = folder / kTableSidecarName;
  if (!fs::exists(folder / kTableName) || !fs::exists(file)) {
    return {};
  }
  const std::string text = text_of(file);
  const Json json = parsed(text);
  if (!is_sidecar(text) || member(json, "table") != file_hash(folder / kTableName)) {
    return {};
  }
  refuse_other_settings(json, parsed(now), file);
  const io::DelimitedTable table = io::read_delimited(folder / kTableName);
  const Json channels = member(json, "channels_of_rows");
  const Json inputs = member(json, "inputs_of_rows");
  std::vector<EarlierRow> rows;
  for (std::size_t i = 0; i < table.rows.size() && table.rows.size() == channels.size() && channels.size() == inputs.size();
       ++i) {
    rows.push_back({.cells = table.rows[i], .channels = channels[i].dump(), .inputs = inputs[i].dump()});
  }
  return rows;
}

std::string reason_to_repeat(const EarlierRow& row, const InputHashes& now) {
  Json inputs = Json::object();
  for (const auto& [name, hash] : now) {
    inputs[name] = hash;
  }
  return change_of(parsed(row.inputs), inputs);
}

} // namespace brainmvp::infer
