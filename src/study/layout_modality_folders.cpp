#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <set>

#include "base/text.h"
#include "study/case_draft.h"
#include "study/image_json.h"
#include "study/layout_readers.h"
#include "study/patient_words.h"
#include "study/study_id.h"

namespace brainmvp::study {
namespace fs = std::filesystem;
namespace {

bool is_label_folder(const Folder& folder, const ModalityTable& table) {
  constexpr std::array<std::string_view, 4> kNames{"mask", "masks", "segmentations", "annotations"};
  return table.names_label(folder.name() + ".nii") || std::ranges::find(kNames, to_lower(folder.name())) != kNames.end();
}

// The words before the modality, or the whole stem where the folder alone says the modality ("T1/pat0.nii").
std::string patient_key(const FileRole& role, bool with_suffix, const ModalityTable& table) {
  return with_suffix ? key_with_suffix(role, table) : patient_words(plain_prefix(role.prefix));
}

std::vector<fs::path> modality_images(const Folder& folder, const ModalityTable& table) {
  std::vector<fs::path> files;
  for (const auto& child : folder.folders) {
    if (table.canonical(child->name())) {
      std::ranges::copy_if(child->images, std::back_inserter(files),
                           [&table](const fs::path& file) { return table.role(file).kind == FileRole::Kind::kModality; });
    }
  }
  return files;
}

// As read_suffixes(), where nothing stands before the modality in any name.
SuffixReading suffixes_of(const Folder& folder, const ModalityTable& table, Findings& findings) {
  const std::vector<fs::path> files = modality_images(folder, table);
  std::set<std::string> prefixes;
  std::set<std::string> keys;
  for (const fs::path& file : files) {
    prefixes.insert(patient_key(table.role(file), false, table));
    keys.insert(patient_key(table.role(file), true, table));
  }
  if (prefixes.size() != 1) {
    return SuffixReading::kOneStudy;
  }
  const SuffixReading reading = read_suffixes(files, folder.name(), table, findings);
  if (reading == SuffixReading::kUnsure) {
    refuse_readings(folder.all_images(), folder.path, {keys.begin(), keys.end()}, findings);
  }
  return reading;
}

using Drafts = std::map<std::string, CaseDraft>; // by patient words

void add_modality_folder(const Folder& folder, const std::string& modality, const ModalityTable& table, bool with_suffix,
                         Drafts& drafts, Findings& findings) {
  for (const fs::path& file : without_spm_outputs(folder.images, table, findings)) {
    const FileRole role = table.role(file);
    if (role.name == kPredictions) {
      findings.skip(file, role.name);
      continue;
    }
    CaseDraft& draft = drafts[patient_key(role, with_suffix, table)];
    if (modality.empty()) {
      draft.labels.push_back(file);
    } else if (role.kind == FileRole::Kind::kUnknown || (role.kind == FileRole::Kind::kModality && role.name == modality)) {
      draft.images.emplace_back(modality, file);
    } else {
      findings.warn("images left out", file.filename().string(),
                    "its name is not of " + modality + ", as its folder's is; move or rename it");
      findings.skip(file, "files whose name and folder disagree");
    }
  }
}

} // namespace

bool detect_modality_folders(const Folder& folder, const ModalityTable& table) {
  std::size_t modalities = 0;
  std::size_t labels = 0;
  for (const auto& child : folder.folders) {
    modalities += !child->images.empty() && table.canonical(child->name()) ? 1U : 0U;
    labels += !child->images.empty() && is_label_folder(*child, table) ? 1U : 0U;
  }
  return modalities > 0 && modalities + labels > 1 && folder.images.empty() && folder.child("anat") == nullptr;
}

void read_modality_folders(const Folder& folder, const ModalityTable& table, Findings& findings) {
  const SuffixReading suffixes = suffixes_of(folder, table, findings);
  if (suffixes == SuffixReading::kUnsure) {
    return;
  }
  Drafts drafts;
  for (const auto& child : folder.folders) {
    const auto modality = table.canonical(child->name());
    if (modality || is_label_folder(*child, table)) {
      add_modality_folder(*child, modality.value_or(""), table, suffixes == SuffixReading::kPatients, drafts, findings);
    }
  }
  for (auto& [key, draft] : drafts) {
    draft.id = safe_id(key.empty() ? folder.name() : key);
    draft.dataset = folder.name();
    draft.layout = "modality_folders";
    add_study(std::move(draft), findings);
  }
}

} // namespace brainmvp::study
