#include <algorithm>
#include <map>
#include <set>

#include "base/error.h"
#include "base/text.h"
#include "io/image_file.h"
#include "study/case_draft.h"
#include "study/json_file.h"
#include "study/layout_readers.h"
#include "study/study_id.h"

namespace brainmvp::study {
namespace fs = std::filesystem;
namespace {

struct Dataset {
  std::string name;
  std::string scheme;                  // key of the declared label table
  std::vector<std::string> channels;   // as the file names them
  std::vector<std::string> modalities; // canonical; "" for an unknown name
};

std::optional<std::size_t> channel_of(const std::string& stem) {
  const std::size_t at = stem.size() - std::min<std::size_t>(stem.size(), 5);
  const std::string digits = stem.substr(std::min(at + 1, stem.size()));
  if (stem.size() < 6 || stem[at] != '_' || digits.find_first_not_of("0123456789") != std::string::npos) {
    return std::nullopt;
  }
  return std::stoul(digits);
}

bool is_dataset(const Folder& folder, bool numbered) {
  std::error_code error;
  const Folder* images = folder.child("imagesTr");
  return images != nullptr && !images->images.empty() && fs::exists(folder.path / "dataset.json", error) &&
         channel_of(io::image_stem(images->images.front())).has_value() == numbered;
}

// The channels' names and the label table, which all studies of the data set share.
Dataset read_dataset(const Folder& folder, const ModalityTable& table, const Json& json, Findings& findings) {
  const std::string file = (folder.path / "dataset.json").string();
  Dataset dataset{.name = folder.name(), .scheme = file, .channels = parse_channel_names(json, file), .modalities = {}};
  if (dataset.channels.empty()) {
    throw Error(ExitCode::kBadInput, file + ": expected 'channel_names' or 'modality' such as {\"0\": \"T1\"}, found neither");
  }
  std::vector<std::string> unknown;
  for (const std::string& channel : dataset.channels) {
    dataset.modalities.push_back(table.canonical(channel).value_or(""));
    if (dataset.modalities.back().empty()) {
      unknown.push_back("'" + channel + "'");
    }
  }
  if (unknown.size() == dataset.channels.size()) {
    throw Error(ExitCode::kBadInput,
                file + ": no channel is a known modality (" + join(unknown, ", ") + "); add the words with --modalities FILE");
  }
  if (!unknown.empty()) {
    findings.warn("channels that are no known modality", dataset.name,
                  join(unknown, ", ") + "; add the words with --modalities FILE");
  }
  findings.declared[file] = parse_label_table(json, file);
  return dataset;
}

std::map<std::string, fs::path> files_by_case(const Folder* folder) {
  std::map<std::string, fs::path> files;
  for (const fs::path& file : folder != nullptr ? folder->images : std::vector<fs::path>{}) {
    files[io::image_stem(file)] = file;
  }
  return files;
}

CaseDraft draft_of(const std::string& id, const Dataset& dataset, const char* layout, Split split,
                   const std::map<std::string, fs::path>& labels) {
  CaseDraft draft{.id = safe_id(id), .dataset = dataset.name, .layout = layout, .schemes = {dataset.scheme}, .split = split};
  if (const auto label = labels.find(id); label != labels.end()) {
    draft.labels.push_back(label->second);
  }
  return draft;
}

void add_channel(const fs::path& file, std::size_t channel, const Dataset& dataset, CaseDraft& draft, Findings& findings) {
  if (channel >= dataset.modalities.size()) {
    findings.skip(file, "channels that dataset.json does not name");
  } else if (dataset.modalities[channel].empty()) {
    findings.skip(file, "channels that are no known modality");
  } else {
    draft.images.emplace_back(dataset.modalities[channel], file);
  }
}

void read_numbered(const Folder* images, const Folder* label_folder, Split split, const Dataset& dataset, Findings& findings) {
  const auto labels = files_by_case(label_folder);
  std::map<std::string, CaseDraft> drafts;
  for (const fs::path& file : images != nullptr ? images->images : std::vector<fs::path>{}) {
    const std::string stem = io::image_stem(file);
    const auto channel = channel_of(stem);
    if (!channel) {
      findings.skip(file, "images without a channel number (case_0000)");
      continue;
    }
    const std::string id = stem.substr(0, stem.size() - 5);
    const auto draft = drafts.try_emplace(id, draft_of(id, dataset, "nnunet_raw", split, labels)).first;
    add_channel(file, *channel, dataset, draft->second, findings);
  }
  for (auto& [id, draft] : drafts) {
    add_study(std::move(draft), findings);
  }
}

// `dataset` in dataset.json lists the files of each case instead of the folders.
void read_listed(const Folder& folder, const Json& list, const Dataset& dataset, Findings& findings) {
  for (const auto& [id, entry] : list.items()) {
    CaseDraft draft = draft_of(id, dataset, "nnunet_raw", Split::kTraining, {});
    const auto images = entry.is_object() ? entry.find("images") : entry.end();
    if (!entry.is_object() || images == entry.end() || !images->is_array()) {
      throw Error(ExitCode::kBadInput,
                  dataset.scheme + ": field 'dataset', '" + id + "': expected {\"images\": [...], \"label\": ...}");
    }
    for (std::size_t i = 0; i < images->size(); ++i) {
      if ((*images)[i].is_string()) {
        add_channel((folder.path / (*images)[i].get<std::string>()).lexically_normal(), i, dataset, draft, findings);
      }
    }
    if (entry.contains("label") && entry["label"].is_string()) {
      draft.labels.push_back((folder.path / entry["label"].get<std::string>()).lexically_normal());
    }
    add_study(std::move(draft), findings);
  }
}

void read_whole(const Folder* images, const Folder* label_folder, Split split, const Dataset& dataset, Findings& findings) {
  const auto labels = files_by_case(label_folder);
  for (const fs::path& file : images != nullptr ? images->images : std::vector<fs::path>{}) {
    const CaseDraft draft = draft_of(io::image_stem(file), dataset, "msd_4d", split, labels);
    Study study{.id = draft.id, .split = split, .images = {file}, .modalities = dataset.modalities, .dataset = dataset.name};
    if (!draft.labels.empty()) {
      study.label = draft.labels.front();
      findings.use(draft.labels.front());
    }
    findings.use(file);
    findings.studies.push_back({std::move(study), draft.layout, draft.schemes});
  }
}

} // namespace

bool detect_nnunet_raw(const Folder& folder, const ModalityTable&) { return is_dataset(folder, true); }

void read_nnunet_raw(const Folder& folder, const ModalityTable& table, Findings& findings) {
  const Json json = read_json_object(folder.path / "dataset.json");
  const Dataset dataset = read_dataset(folder, table, json, findings);
  if (json.contains("dataset") && json["dataset"].is_object()) {
    read_listed(folder, json["dataset"], dataset, findings);
  } else {
    read_numbered(folder.child("imagesTr"), folder.child("labelsTr"), Split::kTraining, dataset, findings);
  }
  read_numbered(folder.child("imagesTs"), folder.child("labelsTs"), Split::kTest, dataset, findings);
}

bool detect_msd_4d(const Folder& folder, const ModalityTable&) { return is_dataset(folder, false); }

void read_msd_4d(const Folder& folder, const ModalityTable& table, Findings& findings) {
  const Json json = read_json_object(folder.path / "dataset.json");
  const Dataset dataset = read_dataset(folder, table, json, findings);
  if (std::ranges::find(dataset.modalities, "") != dataset.modalities.end()) {
    throw Error(ExitCode::kBadInput,
                dataset.scheme + ": every channel of a 4D image needs a known modality; add the words with --modalities FILE");
  }
  if (std::set<std::string>(dataset.modalities.begin(), dataset.modalities.end()).size() < dataset.modalities.size()) {
    throw Error(ExitCode::kBadInput, dataset.scheme + ": a modality stands there twice: " + join(dataset.modalities, " ") +
                                         "; give its channels different names with --modalities FILE");
  }
  read_whole(folder.child("imagesTr"), folder.child("labelsTr"), Split::kTraining, dataset, findings);
  read_whole(folder.child("imagesTs"), folder.child("labelsTs"), Split::kTest, dataset, findings);
}

} // namespace brainmvp::study
